import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AtlassianCrowdOptions } from "../../../src/connectors/atlassian-crowd/config.js";
import { openAtlassianCrowd } from "../../../src/connectors/atlassian-crowd/connector.js";
import type { Connector, ConnectorContext } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { checkPassword, noGroups, refreshAt, requirePerson } from "../../support/connector-login.js";
import { enterPassword, obtainTokensByPassword } from "../../support/product-login.js";
import { photosYaml, readClaims, refresh } from "../../support/relying-party.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import { application, type CrowdPerson, type CrowdSimulator, startCrowdSimulator } from "./simulator.js";

const jane: CrowdPerson = {
  name: "jane",
  key: "557058:7a6bd1e8",
  password: "correct horse",
  email: "jane@example.com",
  groups: ["devs"],
};
const bad = { outcome: "bad-credentials" };

let simulator: CrowdSimulator;
let connectors: Connector[];

beforeEach(async () => {
  simulator = await startCrowdSimulator();
  simulator.people = [jane];
  simulator.parents = new Map([["devs", ["staff"]]]);
  connectors = [];
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.close?.()));
  await simulator.close();
});

async function open(settings: object = {}, context: Partial<ConnectorContext> = {}): Promise<Connector> {
  const options = AtlassianCrowdOptions.parse({
    baseURL: `${simulator.url}/`,
    clientID: application.name,
    clientSecret: application.password,
    ...settings,
  });
  const connector = await openAtlassianCrowd(options, createConnectorContext(context));
  connectors.push(connector);
  return connector;
}

function change(changes: Partial<CrowdPerson>): void {
  simulator.people = [{ ...jane, ...changes }];
}

describe("a login with atlassian-crowd", () => {
  it("gives key, name, address and all groups, nested ones included (dex-connectors §5.13)", async () => {
    const { identity, connectorData = "" } = requirePerson(await checkPassword(await open(), "jane", jane.password));
    expect(identity).toEqual({
      userId: "557058:7a6bd1e8",
      username: "jane",
      preferredUsername: "",
      email: "jane@example.com",
      emailVerified: true,
      groups: ["devs", "staff"],
    });
    expect(JSON.parse(connectorData)).toEqual({ username: "jane" });
  });

  it("gives one answer to an unknown user, a wrong password and an inactive account (security case 38, O-48)", async () => {
    simulator.people = [jane, { ...jane, name: "gone", active: false }];
    const connector = await open();
    expect(await checkPassword(connector, "nobody", "x")).toEqual(bad);
    expect(await checkPassword(connector, "jane", "wrong")).toEqual(bad);
    expect(await checkPassword(connector, "gone", "wrong")).toEqual(bad);
    expect(await checkPassword(connector, "gone", jane.password)).toEqual(bad);
  });

  it("takes USER_NOT_FOUND as a wrong password too", async () => {
    simulator.upstream.answer(() => ({ status: 400, body: { reason: "USER_NOT_FOUND", message: "" } }));
    expect(await checkPassword(await open(), "nobody", "x")).toEqual(bad);
  });

  it("refuses empty names and passwords without asking Crowd", async () => {
    const connector = await open();
    expect(await checkPassword(connector, "jane", "")).toEqual(bad);
    expect(await checkPassword(connector, "", "x")).toEqual(bad);
    expect(simulator.upstream.requests).toEqual([]);
  });

  it.each([{ passwordExpired: true }, { keptOut: true }])(
    "is denied, and no error, where Crowd knows the person and refuses them: %j (O-48)",
    async (changes) => {
      change(changes);
      expect(await checkPassword(await open(), "jane", jane.password)).toMatchObject({ outcome: "denied" });
    },
  );

  it.each(["jane doe", "jane&username=admin", "jane#1", "jåne+%20@example.com", "a/../b"])(
    "takes the user name %j as one value (O-22)",
    async (name) => {
      simulator.people = [
        { ...jane, name: "admin", key: "admin" },
        { ...jane, name },
      ];
      const { identity } = requirePerson(await checkPassword(await open(), name, jane.password));
      expect(identity).toMatchObject({ userId: jane.key, username: name, groups: ["devs", "staff"] });
    },
  );

  it("keeps the name as Crowd writes it, whatever the person typed", async () => {
    const { identity, connectorData } = requirePerson(await checkPassword(await open(), "JANE", jane.password));
    expect([identity.username, connectorData]).toEqual(["jane", '{"username":"jane"}']);
  });

  it.each([
    ["key", jane.key],
    ["name", "jane"],
    ["email", "jane@example.com"],
  ])("takes preferred_username from %s", async (preferredUsernameField, expected) => {
    const { identity } = requirePerson(
      await checkPassword(await open({ preferredUsernameField }), "jane", jane.password),
    );
    expect(identity.preferredUsername).toBe(expected);
  });

  it("warns of a preferredUsernameField that nobody knows", async () => {
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    const connector = await open({ preferredUsernameField: "constructor" }, { warn });
    expect(warnings).toEqual([expect.stringContaining("preferredUsernameField")]);
    const { identity } = requirePerson(await checkPassword(connector, "jane", jane.password));
    expect(identity.preferredUsername).toBe("");
  });

  it("lets in who has no address, and nobody without a key", async () => {
    simulator.people = [{ name: "jane", key: "k", password: "x" }];
    expect(requirePerson(await checkPassword(await open(), "jane", "x")).identity.email).toBe("");
    simulator.people = [{ name: "jane", password: "x" }];
    await expect(checkPassword(await open(), "jane", "x")).rejects.toThrow("unexpected form: key");
  });

  it("labels the field as the config says", async () => {
    expect((await open({ usernamePrompt: "Crowd name" })).login).toMatchObject({ usernameLabel: "Crowd name" });
  });

  it("tells trouble of the application as trouble, not as a wrong password", async () => {
    await expect(checkPassword(await open({ clientSecret: "x" }), "jane", "x")).rejects.toThrow("clientSecret");
    simulator.isBlocked = true;
    await expect(checkPassword(await open(), "jane", "x")).rejects.toThrow("our address");
    simulator.upstream.answer(() => ({ status: 403, body: { reason: "APPLICATION_PERMISSION_DENIED", message: "" } }));
    await expect(checkPassword(await open(), "jane", "x")).rejects.toThrow("APPLICATION_PERMISSION_DENIED");
    simulator.upstream.answer(() => ({ status: 500, body: "<html>" }));
    await expect(checkPassword(await open(), "jane", "x")).rejects.toThrow("Crowd answered 500");
  });

  it("is no login where Crowd answers with a page of a proxy", async () => {
    simulator.upstream.answer(() => ({ status: 200, body: "<html>Log in</html>" }));
    await expect(checkPassword(await open(), "jane", jane.password)).rejects.toThrow("Crowd answered 200");
  });
});

describe("groups of atlassian-crowd", () => {
  it("limit the login though the client did not ask for groups (O-7), and narrow the claim", async () => {
    const connector = await open({ groups: ["staff", "board"] });
    const { identity } = requirePerson(await checkPassword(connector, "jane", jane.password, noGroups));
    expect(identity.groups).toEqual(["staff"]);
    const other = await open({ groups: ["board"] });
    expect(await checkPassword(other, "jane", jane.password, noGroups)).toMatchObject({ outcome: "denied" });
  });

  it("are not read where nobody needs them", async () => {
    requirePerson(await checkPassword(await open(), "jane", jane.password, noGroups));
    expect(simulator.upstream.requests.some(({ url }) => url.pathname.endsWith("/nested"))).toBe(false);
  });

  it("can be 2,300: Crowd gives 1,000 at once", async () => {
    const groups = Array.from({ length: 2_300 }, (_, index) => `g${index}`);
    change({ groups });
    expect(requirePerson(await checkPassword(await open(), "jane", jane.password)).identity.groups).toEqual(groups);
  });
});

describe("a refresh with atlassian-crowd", () => {
  it("reads the person and their groups again", async () => {
    const connector = await open({ preferredUsernameField: "email" });
    const known = requirePerson(await checkPassword(connector, "jane", jane.password));
    change({ email: "jane@new.example", groups: [] });
    expect(requirePerson(await refreshAt(connector, known)).identity).toEqual({
      ...known.identity,
      email: "jane@new.example",
      preferredUsername: "jane@new.example",
      groups: [],
    });
  });

  it.each([{ active: false }, { keptOut: true }, { name: "renamed" }, { groups: ["other"] }])(
    "is denied once Crowd would not let the person in: %j (security case 49)",
    async (changes) => {
      const connector = await open({ groups: ["devs"] });
      const known = requirePerson(await checkPassword(connector, "jane", jane.password));
      change(changes);
      expect(await refreshAt(connector, known, noGroups)).toMatchObject({ outcome: "denied" });
    },
  );

  it("keeps the groups for the other applications when one narrows its scopes", async () => {
    const connector = await open();
    const known = requirePerson(await checkPassword(connector, "jane", jane.password));
    expect(requirePerson(await refreshAt(connector, known, noGroups)).identity.groups).toEqual(["devs", "staff"]);
  });

  it("is denied with nothing kept, and throws while Crowd is in trouble: nothing changes", async () => {
    const connector = await open();
    const known = requirePerson(await checkPassword(connector, "jane", jane.password));
    for (const connectorData of ["", "[]", "{}", '{"username":""}'])
      expect(await refreshAt(connector, { ...known, connectorData })).toMatchObject({ outcome: "denied" });
    simulator.upstream.answer(() => ({ status: 502 }));
    await expect(refreshAt(connector, known)).rejects.toThrow("502");
  });
});

describe("probing atlassian-crowd", () => {
  it("tells that the application is known, or names the key that is wrong", async () => {
    expect(await (await open()).probe?.()).toEqual(["Crowd knows the application and takes its password."]);
    await expect((await open({ clientSecret: "x" })).probe?.()).rejects.toMatchObject({ key: "clientSecret" });
    await expect((await open({ baseURL: simulator.upstream.url })).probe?.()).rejects.toMatchObject({ key: "baseURL" });
    await expect((await open({ baseURL: "http://127.0.0.1:1" })).probe?.()).rejects.toMatchObject({ key: "baseURL" });
    simulator.isBlocked = true;
    await expect((await open()).probe?.()).rejects.toMatchObject({ key: "clientID" });
  });
});

describe("atlassian-crowd in the whole product", () => {
  let server: TestServer | undefined;
  let now = 0;

  beforeEach(() => {
    now = Date.parse("2026-03-14T09:26:53Z");
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  function start(): Promise<TestServer> {
    return startTestServer({
      yaml: `
storage: { type: memory }
connectors:
  - type: atlassian-crowd
    id: crowd
    name: Crowd
    config:
      baseURL: ${simulator.url}
      clientID: ${application.name}
      clientSecret: "${application.password}"
      usernamePrompt: Crowd name
      groups: [staff]
${photosYaml}`,
      parts: { clock: () => now },
    });
  }

  it("logs in without the scope groups, refreshes, and ends the grant of who has left the groups", async () => {
    server = await start();
    const login = await obtainTokensByPassword(server, "jane", jane.password, "openid profile offline_access");
    expect(readClaims(login.body["id_token"])).toMatchObject({ name: "jane" });
    now += 31_000;
    const second = await refresh(server, login.body["refresh_token"]);
    expect(second.status).toBe(200);
    now += 31_000;
    change({ groups: ["other"] });
    const third = await refresh(server, second.body["refresh_token"]);
    expect([third.status, third.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("shows the form again after a wrong password, and a 403 page to who may not come in", async () => {
    server = await start();
    const again = await enterPassword(server, "jane", "wrong");
    expect(again.status).toBe(401);
    expect(again.body).toContain("Crowd name");
    change({ passwordExpired: true });
    expect((await enterPassword(server, "jane", jane.password)).status).toBe(403);
  });
});
