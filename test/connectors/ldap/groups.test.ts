import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../support/parts.js";
import { base, entry, group, groups, people, person } from "./entries.js";
import { openTestConnector, plainSettings, requireLogin } from "./open-connector.js";
import { admin, type Slapd, startSlapd, suffix } from "./slapd.js";

const jane = `uid=jane,${people}`;
const dn = (cn: string): string => `cn=${cn},${groups}`;
const many = Array.from({ length: 120 }, (_, index) => `many${index}`);

const ldif = [
  base,
  person("jane", { memberOf: [dn("staff"), dn("odd\\2c (name)")], departmentNumber: ["7", "9", "no)(cn=*"] }),
  person("lonely"),
  person("ring-user"),
  person("busy"),
  person("chained"),
  entry(`cn=reader,${suffix}`, {
    objectClass: ["organizationalRole", "simpleSecurityObject"],
    cn: "reader",
    userPassword: "foo",
  }),
  group("staff", [jane]),
  group("all", [dn("staff"), dn("all")]),
  group("everything", [dn("all"), dn("staff")]),
  group("odd, (name)", [jane], "odd\\2c (name)"),
  group("ring-a", [`uid=ring-user,${people}`, dn("ring-c")]),
  group("ring-b", [dn("ring-a")]),
  group("ring-c", [dn("ring-b")]),
  ...many.map((name) => group(name, [`uid=busy,${people}`])),
  group("around-many", many.map(dn)),
  group("chain0", [`uid=chained,${people}`]),
  ...Array.from({ length: 60 }, (_, index) => group(`chain${index + 1}`, [dn(`chain${index}`)])),
  entry(`ou=Elsewhere,${groups}`, { objectClass: "organizationalUnit", ou: "Elsewhere" }),
  entry(`cn=staff,ou=Elsewhere,${groups}`, { objectClass: "groupOfNames", cn: "staff", member: [jane] }),
  group("above-the-other-staff", [`cn=staff,ou=Elsewhere,${groups}`]),
  entry(`cn=dep7,${groups}`, { objectClass: "groupOfNames", cn: "dep7", member: admin.dn, businessCategory: "7" }),
  entry(`cn=dep9,${groups}`, { objectClass: "groupOfNames", cn: "dep9", member: admin.dn, businessCategory: "9" }),
  entry(`cn=dep99,${groups}`, { objectClass: "groupOfNames", cn: "dep99", member: admin.dn, businessCategory: "99" }),
].join("");

let slapd: Slapd;

describeWith("slapd", "groups of a real directory", () => {
  beforeAll(async () => {
    slapd = await startSlapd({ ldif, settings: `limits dn.exact="cn=reader,${suffix}" size=100` });
  });
  afterAll(() => slapd.stop());

  async function groupsOf(name: string, groupSearch: object, more: object = {}): Promise<readonly string[]> {
    const search = { baseDN: groups, ...groupSearch };
    const { login } = openTestConnector(plainSettings(slapd.port, { groupSearch: search, ...more }));
    return requireLogin(await login(name)).identity.groups.toSorted();
  }

  const byMember = { userAttr: "DN", groupAttr: "member" };
  const nested = { ...byMember, recursionGroupAttr: "member" };

  it("are those that hold the person's DN, each name once", async () => {
    expect(await groupsOf("jane", { userMatchers: [byMember] })).toEqual(["odd, (name)", "staff"]);
    expect(await groupsOf("lonely", { userMatchers: [byMember] })).toEqual([]);
  });

  it("are found by the older form of the matcher, and by the list where both stand (dex-connectors 5.1)", async () => {
    expect(await groupsOf("jane", byMember)).toEqual(["odd, (name)", "staff"]);
    const both = { ...byMember, userMatchers: [{ userAttr: "departmentNumber", groupAttr: "businessCategory" }] };
    expect(await groupsOf("jane", both)).toEqual(["dep7", "dep9"]);
  });

  it("are found for every value of the person's attribute, values being no part of a filter", async () => {
    const matcher = { userAttr: "DEPARTMENTNUMBER", groupAttr: "businessCategory" };
    expect(await groupsOf("jane", { userMatchers: [matcher] })).toEqual(["dep7", "dep9"]);
  });

  it("of several matchers are added up", async () => {
    const matchers = [byMember, { userAttr: "departmentNumber", groupAttr: "businessCategory" }];
    expect(await groupsOf("jane", { userMatchers: matchers })).toEqual(["dep7", "dep9", "odd, (name)", "staff"]);
  });

  it("may stand on the person's own entry (memberOf), and are named by the groups' attribute", async () => {
    const matcher = { userAttr: "memberOf", groupAttr: "entryDN" };
    expect(await groupsOf("jane", { userMatchers: [matcher] })).toEqual(["odd, (name)", "staff"]);
    expect(await groupsOf("jane", { userMatchers: [matcher], nameAttr: "DN" })).toEqual([
      dn("odd\\2C (name)"),
      dn("staff"),
    ]);
  });

  it("may be compared by a matching rule of the server", async () => {
    const matcher = { userAttr: "DN", groupAttr: "member:distinguishedNameMatch:" };
    expect(await groupsOf("jane", { userMatchers: [matcher] })).toEqual(["odd, (name)", "staff"]);
  });

  it("inside groups are followed to the top, also through two groups of one name", async () => {
    expect(await groupsOf("jane", { userMatchers: [nested] })).toEqual([
      "above-the-other-staff",
      "all",
      "everything",
      "odd, (name)",
      "staff",
    ]);
  });

  it("in a ring come to an end", async () => {
    expect(await groupsOf("ring-user", { userMatchers: [nested] })).toEqual(["ring-a", "ring-b", "ring-c"]);
  });

  it("are followed through a chain of sixty, and through more groups than one search asks for", async () => {
    expect(await groupsOf("chained", { userMatchers: [nested] })).toHaveLength(61);
    expect(await groupsOf("busy", { userMatchers: [nested] })).toEqual([...many, "around-many"].toSorted());
  });

  it("are narrowed by filter and scope", async () => {
    const filter = "(!(cn=odd*))";
    expect(await groupsOf("jane", { filter, userMatchers: [byMember] })).toEqual(["staff"]);
    const below = { baseDN: `ou=Elsewhere,${groups}`, scope: "one", userMatchers: [byMember] };
    expect(await groupsOf("jane", below)).toEqual(["staff"]);
  });

  it("are none where the base does not exist, as in Dex", async () => {
    expect(await groupsOf("jane", { baseDN: `ou=Gone,${suffix}`, userMatchers: [byMember] })).toEqual([]);
  });

  it("without the attribute that names them end the login, as in Dex", async () => {
    await expect(groupsOf("jane", { nameAttr: "description", userMatchers: [byMember] })).rejects.toThrow(
      "a group has no attribute description",
    );
  });

  it("are never cut off silently by the server's size limit", async () => {
    const account = { bindDN: `cn=reader,${suffix}`, bindPW: "foo" };
    await expect(groupsOf("busy", { userMatchers: [byMember] }, account)).rejects.toThrow("size limit exceeded");
    expect(await groupsOf("jane", { userMatchers: [byMember] }, account)).toEqual(["odd, (name)", "staff"]);
  });

  it("are not looked for when the client did not ask for them", async () => {
    const settings = plainSettings(slapd.port, {
      groupSearch: { baseDN: groups, nameAttr: "description", ...byMember },
    });
    const { identity } = requireLogin(await openTestConnector(settings).login("jane", "foo", { groups: false }));
    expect(identity.groups).toEqual([]);
  });
});
