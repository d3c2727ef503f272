import { Attribute, Change, Client } from "ldapts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Identity } from "../../../src/records/identity.js";
import { describeWith } from "../../support/parts.js";
import { base, group, groups, people, person } from "./entries.js";
import { openTestConnector, plainSettings, requireLogin, type TestConnector } from "./open-connector.js";
import { admin, type Slapd, startSlapd, suffix } from "./slapd.js";

const names = ["stays", "grows", "leaves", "locked", "moves", "moves-for-good", "renamed", "replaced", "dexter"];
const ldif = [base, ...names.map((name) => person(name)), group("old", [`uid=grows,${people}`])].join("");

let slapd: Slapd;

describeWith("slapd", "a refresh reads the person's entry again", () => {
  beforeAll(async () => {
    slapd = await startSlapd({ ldif });
  });
  afterAll(() => slapd.stop());

  function open(userSearch: object = {}): TestConnector {
    const users = { baseDN: suffix, username: "uid", nameAttr: "cn", ...userSearch };
    return openTestConnector(plainSettings(slapd.port, { userSearch: users }));
  }

  async function change(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ url: `ldap://127.0.0.1:${slapd.port}`, timeout: 5_000 });
    await client.bind(admin.dn, admin.password);
    await work(client);
    await client.unbind();
  }

  function set(type: string, value: string): Change {
    return new Change({ operation: "replace", modification: new Attribute({ type, values: [value] }) });
  }

  const dexData = (username: string, dn: string): string =>
    JSON.stringify({
      username,
      entry: { DN: dn, Attributes: [{ Name: "uid", Values: [username], ByteValues: [btoa(username)] }] },
    });

  it("and gives what stands there now, groups as well", async () => {
    const ldap = open();
    const { identity, connectorData } = requireLogin(await ldap.login("grows"));
    expect(identity.groups).toEqual(["old"]);
    await change(async (client) => {
      await client.modify(`uid=grows,${people}`, [set("cn", "New Name"), set("mail", "new@example.org")]);
      await client.modifyDN(`cn=old,${groups}`, "cn=new");
    });
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({
      outcome: "ok",
      identity: { userId: "grows", username: "New Name", email: "new@example.org", groups: ["new"] },
    });
    const narrowed = await ldap.refresh(identity, connectorData, { groups: false });
    expect(narrowed).toMatchObject({ outcome: "ok", identity: { groups: [] } });
  });

  it("and tells apart an entry that lacks something: what was read before must not stand in for it", async () => {
    const ldap = open();
    const { identity, connectorData } = requireLogin(await ldap.login("grows"));
    const mail = (operation: "add" | "delete"): Change =>
      new Change({ operation, modification: new Attribute({ type: "mail", values: [identity.email] }) });
    await change((client) => client.modify(`uid=grows,${people}`, mail("delete")));
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "unusable" });
    await change((client) => client.modify(`uid=grows,${people}`, mail("add")));
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "ok" });
  });

  it("and denies whose entry is gone, or no longer fits the filter", async () => {
    const ldap = open({ filter: "(!(userAccountControl=514))" });
    const leaving = requireLogin(await ldap.login("leaves"));
    const locked = requireLogin(await ldap.login("locked"));
    await change(async (client) => {
      await client.del(`uid=leaves,${people}`);
      await client.modify(`uid=locked,${people}`, [set("userAccountControl", "514")]);
    });
    for (const { identity, connectorData } of [leaving, locked])
      expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "denied" });
  });

  it("and denies an entry that has moved, where the id may belong to somebody else by now, as Dex does", async () => {
    const ldap = open();
    const { identity, connectorData } = requireLogin(await ldap.login("moves"));
    await change((client) => client.modifyDN(`uid=moves,${people}`, `uid=moves,ou=Moved,${suffix}`));
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "denied" });
  });

  it("and follows an entry that has moved or was renamed, where ids are for good", async () => {
    const ldap = open({ idAttr: "entryUUID" });
    const moving = requireLogin(await ldap.login("moves-for-good"));
    const renamed = requireLogin(await ldap.login("renamed"));
    await change(async (client) => {
      await client.modifyDN(`uid=moves-for-good,${people}`, `uid=moves-for-good,ou=Moved,${suffix}`);
      await client.modifyDN(`uid=renamed,${people}`, "uid=married");
    });
    for (const { identity, connectorData } of [moving, renamed])
      expect(await ldap.refresh(identity, connectorData)).toMatchObject({
        outcome: "ok",
        identity: { userId: identity.userId },
      });
  });

  it("and denies when another person has the name and the DN now", async () => {
    const ldap = open({ idAttr: "entryUUID" });
    const { identity, connectorData } = requireLogin(await ldap.login("replaced"));
    await change(async (client) => {
      await client.del(`uid=replaced,${people}`);
      await client.add(`uid=replaced,${people}`, {
        objectClass: "inetOrgPerson",
        uid: "replaced",
        cn: "Next",
        sn: "Next",
        mail: "next@example.org",
      });
    });
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "denied" });
  });

  describe("with what Dex has stored", () => {
    const identity: Identity = {
      userId: "dexter",
      username: "",
      preferredUsername: "",
      email: "",
      emailVerified: true,
      groups: [],
    };

    it("goes on, whatever the case of the DN", async () => {
      const ldap = open();
      for (const dn of [`uid=dexter,${people}`, `UID=Dexter,${people.toUpperCase()}`])
        expect(await ldap.refresh(identity, dexData("dexter", dn))).toMatchObject({ outcome: "ok" });
    });

    it("and denies another DN, and data that holds no name", async () => {
      const ldap = open();
      for (const data of [dexData("dexter", `uid=stays,${people}`), dexData("", "x"), "{}", "no JSON", undefined])
        expect(await ldap.refresh(identity, data)).toMatchObject({ outcome: "denied" });
    });
  });

  it("and changes nothing while the directory is away", async () => {
    const ldap = open();
    const { identity, connectorData } = requireLogin(await ldap.login("stays"));
    await slapd.kill();
    try {
      await expect(ldap.refresh(identity, connectorData)).rejects.toThrow("no server of the directory can be used");
    } finally {
      await slapd.start();
    }
    expect(await ldap.refresh(identity, connectorData)).toMatchObject({ outcome: "ok", identity });
  });
});
