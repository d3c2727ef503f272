import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWith } from "../../support/parts.js";
import { base, entry, people, person } from "./entries.js";
import { openTestConnector, plainSettings, requireLogin } from "./open-connector.js";
import { type Slapd, startSlapd, suffix } from "./slapd.js";

const guid = Buffer.from("33221100554477668899aabbccddeeff", "hex");
const hostileNames = [
  "a(b)c",
  "star*name",
  "back\\slash",
  "caf\u00e9",
  "plus+name,and=more",
  "quote\"and'tick",
  " lead and trail ",
  "#hash;semi<lt>gt",
  "\u65e5\u672c\u8a9e \u{1f511}",
  "nul\u0000byte",
];

const crowd = Array.from({ length: 10_000 }, (_, index) => person(`user${String(index).padStart(5, "0")}`));

const ldif = [
  base,
  person("jane", {
    objectGUID: guid,
    sAMAccountName: "JaneD",
    userPrincipalName: "jane@corp.example.org",
    userAccountControl: "512",
    mail: ["jane@example.org", "second@example.org"],
    displayName: "Jane Display",
  }),
  person("bob", { mail: [] }),
  person("twin", {}, `cn=first,${people}`),
  person("twin", {}, `cn=second,${people}`),
  person("alias-target"),
  person("disabled", { userAccountControl: "514" }),
  person("nopassword", { userPassword: [] }),
  entry(`cn=alias,${people}`, {
    objectClass: ["alias", "extensibleObject"],
    cn: "alias",
    uid: "aliased",
    aliasedObjectName: `uid=jane,${people}`,
  }),
  entry(`cn=elsewhere,${people}`, {
    objectClass: ["referral", "extensibleObject"],
    cn: "elsewhere",
    ref: "ldap://127.0.0.1:1/dc=elsewhere",
  }),
  ...hostileNames.map((name, index) => person(name, { mail: `odd${index}@example.org` }, `cn=odd${index},${people}`)),
  person(`dn(with)*odd\\chars,é`),
  ...crowd,
].join("");

let slapd: Slapd;

describeWith("slapd", "a login with a real directory", () => {
  beforeAll(async () => {
    slapd = await startSlapd({ ldif });
  });
  afterAll(() => slapd.stop());

  const users = { baseDN: people, username: "uid", nameAttr: "cn" };

  function open(userSearch: object = {}, more: object = {}): ReturnType<typeof openTestConnector> {
    return openTestConnector(plainSettings(slapd.port, { userSearch: { ...users, ...userSearch }, ...more }));
  }

  it("gives the person's attributes, first values first, e-mail verified as Dex has it (dex-connectors 5.1, O-30)", async () => {
    const result = await open().login("jane");
    expect(result).toMatchObject({
      outcome: "ok",
      identity: {
        userId: "jane",
        username: "Name of jane",
        preferredUsername: "",
        email: "jane@example.org",
        emailVerified: true,
        groups: [],
      },
    });
  });

  it("says e-mail verified as the settings say", async () => {
    const result = requireLogin(await open({}, { emailVerified: false }).login("jane"));
    expect(result.identity.emailVerified).toBe(false);
  });

  it("answers a wrong password, an unknown user and an entry without a password alike", async () => {
    const ldap = open();
    for (const [name, password] of [
      ["jane", "wrong"],
      ["nobody-at-all", "foo"],
      ["nopassword", "foo"],
    ] as const)
      expect(await ldap.login(name, password)).toEqual({ outcome: "bad-credentials" });
  });

  it("finds one person among ten thousand", async () => {
    const { identity } = requireLogin(await open().login("user09999"));
    expect(identity.userId).toBe("user09999");
  });

  it("finds names with any character in them, and stores them as Dex does (dex-connectors O-2)", async () => {
    const ldap = open();
    for (const [index, name] of hostileNames.entries()) {
      const result = await ldap.login(name);
      expect({ name, result }).toMatchObject({
        result: { outcome: "ok", identity: { email: `odd${index}@example.org` } },
      });
      const { identity, connectorData } = requireLogin(result);
      expect({ name, ...(await ldap.refresh(identity, connectorData)) }).toMatchObject({ outcome: "ok", identity });
    }
  });

  it("binds as an entry whose DN is full of escapes", async () => {
    expect(await open().login(`dn(with)*odd\\chars,é`)).toMatchObject({ outcome: "ok" });
    expect(await open().login(`dn(with)*odd\\chars,é`, "wrong")).toEqual({ outcome: "bad-credentials" });
  });

  it.each([
    "*",
    "j*",
    "*)(uid=*",
    "*)(uid=*))(|(uid=*",
    "jane)(objectClass=*",
    "jane)(|(uid=*",
    "*))%00",
    "jane\u0000)(uid=*",
    "\\6a\\61\\6e\\65",
    "jan\\65",
    "(uid=jane)",
    "&(uid=jane)",
    "!(uid=bob)",
    "jane,ou=People",
    `uid=jane,${people}`,
  ])("takes %j for a name and never for part of a filter (CVE-2026-44671)", async (name) => {
    expect(await open().login(name)).toEqual({ outcome: "bad-credentials" });
    expect(await open({ filter: "(objectClass=person)" }).login(name)).toEqual({ outcome: "bad-credentials" });
    expect(await open({ username: ["uid", "mail"] }).login(name)).toEqual({ outcome: "bad-credentials" });
  });

  it("lets the user name match whatever the directory calls equal, and keeps the id the entry's", async () => {
    const { identity } = requireLogin(await open().login("JANE"));
    expect(identity.userId).toBe("jane");
  });

  it("takes any of several user name attributes", async () => {
    const ldap = open({ username: ["sAMAccountName", "userPrincipalName", "mail"] });
    for (const name of ["JaneD", "jane@corp.example.org", "second@example.org"])
      expect(requireLogin(await ldap.login(name)).identity.userId).toBe("jane");
    expect(await ldap.login("jane")).toEqual({ outcome: "bad-credentials" });
  });

  it("is an error when the name fits two entries: which of them is meant nobody knows", async () => {
    await expect(open().login("twin")).rejects.toThrow("more than one entry");
  });

  it("keeps out whom the filter does not match", async () => {
    const ldap = open({ filter: "(!(userAccountControl=514))" });
    expect(await ldap.login("disabled")).toEqual({ outcome: "bad-credentials" });
    expect(await ldap.login("jane")).toMatchObject({ outcome: "ok" });
  });

  it("reads filters of several lines, several in a row, and bytes as escapes", async () => {
    const filter = "\n(& (objectClass=person)\n   (|(cn=Name*jane)(cn=caf\\c3\\a9)) )\n(sn=*)";
    expect(await open({ filter }).login("jane")).toMatchObject({ outcome: "ok" });
    expect(await open({ filter }).login("bob")).toEqual({ outcome: "bad-credentials" });
    const byBytes = open({ filter: "(objectGUID=\\33\\22\\11\\00\\55\\44\\77\\66\\88\\99\\aa\\bb\\cc\\dd\\ee\\ff)" });
    expect(await byBytes.login("jane")).toMatchObject({ outcome: "ok" });
  });

  it("looks no deeper than the scope says", async () => {
    expect(await open({ baseDN: suffix, scope: "one" }).login("jane")).toEqual({ outcome: "bad-credentials" });
    expect(await open({ baseDN: suffix, scope: "sub" }).login("jane")).toMatchObject({ outcome: "ok" });
    expect(await open({ scope: "one" }).login("jane")).toMatchObject({ outcome: "ok" });
  });

  it("follows neither aliases nor referrals", async () => {
    expect(await open().login("aliased")).toEqual({ outcome: "bad-credentials" });
    await expect(open({ baseDN: `cn=elsewhere,${people}` }).login("jane")).rejects.toThrow("referral");
  });

  it("finds attributes whatever their case (dex-connectors O-28), and DN without asking for it", async () => {
    const settings = { idAttr: "dN", emailAttr: "MAIL", nameAttr: "DisplayNAME", preferredUsernameAttr: "UID" };
    const { identity } = requireLogin(await open(settings).login("jane"));
    expect(identity).toMatchObject({
      userId: `uid=jane,${people}`,
      username: "Jane Display",
      preferredUsername: "jane",
      email: "jane@example.org",
    });
  });

  it("makes the address of the display name and the suffix, as Dex does (dex-connectors O-27)", async () => {
    const { identity } = requireLogin(await open({ emailSuffix: "example.com" }).login("bob"));
    expect(identity.email).toBe("Name of bob@example.com");
    const nameless = open({ emailSuffix: "example.com", nameAttr: undefined });
    expect(requireLogin(await nameless.login("bob")).identity.email).toBe("@example.com");
    expect(nameless.warnings).toContainEqual(expect.stringContaining("emailSuffix without nameAttr"));
  });

  it("turns away whose entry lacks an attribute, and names every one", async () => {
    expect(await open({ nameAttr: "displayName" }).login("bob")).toEqual({
      outcome: "denied",
      detail: "the person's entry has no displayName, mail",
    });
  });

  describe("an objectGUID", () => {
    it("is written as Active Directory's tools do, or in hex or base64", async () => {
      const ids = async (idFormat: string): Promise<string> =>
        requireLogin(await open({ idAttr: "objectGUID", idFormat }).login("jane")).identity.userId;
      expect(await ids("guid")).toBe("00112233-4455-6677-8899-aabbccddeeff");
      expect(await ids("hex")).toBe(guid.toString("hex"));
      expect(await ids("base64")).toBe(guid.toString("base64"));
    });

    it("is refused as text where it is none, and not turned into an id that others could have too", async () => {
      await expect(open({ idAttr: "objectGUID" }).login("jane")).rejects.toThrow("choose hex, base64 or guid");
    });
  });

  it("asks nothing of the directory for an empty or an endless password (RFC 4513 section 5.1.2)", async () => {
    await slapd.kill();
    try {
      const ldap = open();
      expect(await ldap.login("jane", "")).toEqual({ outcome: "bad-credentials" });
      expect(await ldap.login("", "foo")).toEqual({ outcome: "bad-credentials" });
      expect(await ldap.login("jane", "x".repeat(5_000))).toEqual({ outcome: "bad-credentials" });
      await expect(ldap.login("jane")).rejects.toThrow("no server of the directory can be used");
    } finally {
      await slapd.start();
    }
  });

  it("searches anonymously where there is no bindDN", async () => {
    const anonymous = open({}, { bindDN: undefined, bindPW: undefined });
    expect(await anonymous.login("jane")).toMatchObject({ outcome: "ok" });
  });

  it("takes a wrong bindPW for its own fault and not for the person's", async () => {
    await expect(open({}, { bindPW: "wrong" }).login("jane")).rejects.toThrow("refuses the bind of bindDN");
  });

  it("stores what Dex stores: the name as it stands in a filter, and the entry's DN", async () => {
    const { connectorData } = requireLogin(await open().login("a(b)c"));
    expect(JSON.parse(connectorData ?? "")).toEqual({
      username: "a\\28b\\29c",
      entry: { DN: `cn=odd0,${people}`, Attributes: [] },
    });
  });

  it("has no groups where none are looked for", async () => {
    const result = await open({}, { groupSearch: {} }).login("jane");
    expect(requireLogin(result).identity.groups).toEqual([]);
  });
});
