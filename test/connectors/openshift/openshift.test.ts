import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OpenShiftOptions } from "../../../src/connectors/openshift/config.js";
import { openOpenShift } from "../../../src/connectors/openshift/connector.js";
import type { Connector } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { logInAt, noGroups, refreshAt, requirePerson } from "../../support/connector-login.js";
import type { UpstreamReply } from "../../support/http-upstream.js";
import { comeBackFromUpstream, obtainTokensByRedirect } from "../../support/product-login.js";
import { photosYaml, readClaims, refresh } from "../../support/relying-party.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import {
  type ClusterUser,
  client,
  describeServer,
  type OpenShiftSimulator,
  startOpenShiftSimulator,
} from "./simulator.js";

const jane: ClusterUser = {
  uid: "b5bd7f5b-6d8b-11e8-9c2d-fa7ae01bbebc",
  name: "jane",
  groups: ["dev", "system:authenticated"],
};

let simulator: OpenShiftSimulator;
let connectors: Connector[];
let now: number;

beforeEach(async () => {
  simulator = await startOpenShiftSimulator();
  simulator.users.set("jane", jane);
  simulator.login.person = "jane";
  connectors = [];
  now = 1_000_000;
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.close?.()));
  await simulator.close();
});

async function open(settings: object = {}): Promise<Connector> {
  const options = OpenShiftOptions.parse({
    issuer: `${simulator.url}/`,
    clientID: client.id,
    clientSecret: client.secret,
    ...settings,
  });
  const connector = await openOpenShift(options, createConnectorContext({ clock: () => now }));
  connectors.push(connector);
  return connector;
}

function pathsAsked(): readonly string[] {
  return simulator.upstream.requests.map(({ url }) => url.pathname);
}

describe("opening openshift", () => {
  it.each<[string, UpstreamReply]>([
    ["a status that is no success (O-53)", { status: 503, body: describeServer("http://127.0.0.1:1") }],
    ["an answer without endpoints", { body: { issuer: "https://cluster.example" } }],
    ["an endpoint that is no address", { body: { ...describeServer("javascript:alert(1)") } }],
    ["a page", { body: "<html>" }],
    ["a refusal", { status: 401 }],
  ])("fails, to be tried again, at %s", async (_what, reply) => {
    simulator.metadata = reply;
    await expect(open()).rejects.toMatchObject({ name: "UpstreamError" });
  });
});

describe("a login with openshift", () => {
  it("gives uid and name, the name as address too, unverified, and all groups whatever is asked (dex-connectors §5.12)", async () => {
    const { identity, connectorData = "" } = requirePerson(await logInAt(await open(), noGroups));
    expect(identity).toEqual({
      userId: jane.uid,
      username: "jane",
      preferredUsername: "jane",
      email: "jane",
      emailVerified: false,
      groups: ["dev", "system:authenticated"],
    });
    expect(JSON.parse(connectorData)).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expiry: "1970-01-02T00:16:40.000Z",
    });
  });

  it("asks for the user without a double slash, though the issuer ends with one (O-53)", async () => {
    await logInAt(await open());
    expect(pathsAsked()).toContain("/apis/user.openshift.io/v1/users/~");
  });

  it("asks for user:info with PKCE, where the cluster knows it", async () => {
    await logInAt(await open());
    const sent = simulator.upstream.requests.find(({ url }) => url.pathname === "/oauth/authorize")?.url.searchParams;
    expect([sent?.get("scope"), sent?.get("code_challenge_method")]).toEqual(["user:info", "S256"]);
    simulator.metadata = { body: { ...describeServer(simulator.url), code_challenge_methods_supported: null } };
    requirePerson(await logInAt(await open()));
    const last = simulator.upstream.requests.findLast(({ url }) => url.pathname === "/oauth/authorize");
    expect(last?.url.searchParams.has("code_challenge")).toBe(false);
  });

  it("finds out once how the cluster wants the secret (O-42): a service account's name holds colons", async () => {
    const connector = await open();
    for (let login = 0; login < 2; login++) requirePerson(await logInAt(connector));
    expect(pathsAsked().filter((path) => path === "/oauth/token")).toHaveLength(3);
  });

  it("works with Basic where the cluster takes that alone", async () => {
    await simulator.close();
    simulator = await startOpenShiftSimulator({ authentication: ["basic"] });
    simulator.users.set("jane", jane);
    simulator.login.person = "jane";
    requirePerson(await logInAt(await open()));
  });

  it("is denied to a virtual user without uid: all of them would be one person", async () => {
    simulator.users.set("jane", { name: "kube:admin", groups: ["system:cluster-admins"] });
    expect(await logInAt(await open())).toMatchObject({ outcome: "denied" });
  });

  it("is denied when the person says no", async () => {
    simulator.login.person = undefined;
    expect(await logInAt(await open())).toEqual({ outcome: "denied", detail: "access_denied" });
  });

  it("is limited by groups, and tells all of them (§3.2)", async () => {
    const connector = await open({ groups: ["dev"] });
    expect(requirePerson(await logInAt(connector, noGroups)).identity.groups).toEqual(jane.groups);
    simulator.users.set("jane", { ...jane, groups: null });
    expect(await logInAt(connector, noGroups)).toMatchObject({ outcome: "denied" });
    expect(requirePerson(await logInAt(await open())).identity.groups).toEqual([]);
  });
});

describe("a refresh with openshift", () => {
  it("reads the user again with the token of the login, also with one that Dex stored", async () => {
    const connector = await open();
    const { identity, connectorData = "" } = requirePerson(await logInAt(connector));
    simulator.users.set("jane", { ...jane, groups: ["ops"] });
    expect(requirePerson(await refreshAt(connector, { identity, connectorData })).identity.groups).toEqual(["ops"]);
    const { access_token } = JSON.parse(connectorData);
    const stored = { access_token, token_type: "Bearer", expiry: "1970-01-02T00:16:40.123456789Z", expires_in: 86_400 };
    requirePerson(await refreshAt(connector, { identity, connectorData: JSON.stringify(stored) }));
  });

  it("is denied to who has left the groups, whose token was revoked, and once the day of the token is over", async () => {
    const connector = await open({ groups: ["dev"] });
    const known = requirePerson(await logInAt(connector));
    simulator.users.set("jane", { ...jane, groups: ["ops"] });
    expect(await refreshAt(connector, known, noGroups)).toMatchObject({ outcome: "denied" });
    simulator.users.set("jane", jane);
    now += 86_400_000;
    expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
    now -= 86_400_000;
    simulator.login.revokeAll();
    expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
  });
});

describe("probing openshift", () => {
  it("tells where people are sent, or what is wrong with the issuer", async () => {
    const connector = await open();
    expect(await connector.probe?.()).toEqual([`The cluster sends people to ${new URL(simulator.url).host}.`]);
    simulator.metadata = { status: 404 };
    await expect(connector.probe?.()).rejects.toMatchObject({ key: "issuer" });
  });
});

describe("openshift in the whole product", () => {
  let server: TestServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  function start(groups: string): Promise<TestServer> {
    now = Date.parse("2026-03-14T09:26:53Z");
    return startTestServer({
      yaml: `
storage: { type: memory }
connectors:
  - type: openshift
    id: openshift
    name: Cluster
    config:
      issuer: ${simulator.url}
      clientID: ${client.id}
      clientSecret: ${client.secret}
      redirectURI: "{origin}/dex/callback"
      groups: ${groups}
${photosYaml}`,
      parts: { clock: () => now },
    });
  }

  it("logs in, refreshes, and ends the grant when the cluster's token ends", async () => {
    server = await start("[dev]");
    const login = await obtainTokensByRedirect(server);
    expect(readClaims(login.body["id_token"])).toMatchObject({
      name: "jane",
      preferred_username: "jane",
      email: "jane",
      email_verified: false,
      groups: jane.groups,
    });
    now += 31_000;
    const second = await refresh(server, login.body["refresh_token"]);
    expect(second.status).toBe(200);
    now += 86_400_000;
    const third = await refresh(server, second.body["refresh_token"]);
    expect([third.status, third.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("shows a 403 page to who is in none of the groups", async () => {
    server = await start("[ops]");
    expect((await comeBackFromUpstream(server)).status).toBe(403);
  });
});
