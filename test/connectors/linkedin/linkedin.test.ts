import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LinkedInOptions } from "../../../src/connectors/linkedin/config.js";
import { openLinkedIn } from "../../../src/connectors/linkedin/connector.js";
import type { Connector } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { logInAt, refreshAt, requirePerson } from "../../support/connector-login.js";
import { obtainTokensByRedirect } from "../../support/product-login.js";
import { photosYaml, readClaims, refresh } from "../../support/relying-party.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import { client, type LinkedInSimulator, type SimulatedMember, startLinkedInSimulator } from "./simulator.js";

const jane: SimulatedMember = {
  id: "yrZCpj2Z12",
  firstName: "Jane",
  lastName: "Doe",
  emails: ["old@example.com", "jane@example.com"],
  emailVerified: true,
};
const modes = [false, true];

let simulator: LinkedInSimulator;
let connectors: Connector[];
let now: number;

beforeEach(async () => {
  simulator = await startLinkedInSimulator();
  simulator.members.set("jane", jane);
  simulator.login.person = "jane";
  connectors = [];
  now = 1_000_000;
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.close?.()));
  await simulator.close();
});

async function open(settings: object = {}): Promise<Connector> {
  const options = LinkedInOptions.parse({
    clientID: client.id,
    clientSecret: client.secret,
    authURL: `${simulator.url}/oauth/v2/`,
    apiURL: `${simulator.url}/v2/`,
    ...settings,
  });
  const connector = await openLinkedIn(options, createConnectorContext({ clock: () => now }));
  connectors.push(connector);
  return connector;
}

function scopeAsked(): string | null | undefined {
  return simulator.upstream.requests[0]?.url.searchParams.get("scope");
}

describe("a login with linkedin", () => {
  it("reads id, name and the last address with the scopes of older apps, as Dex does (dex-connectors §5.9)", async () => {
    const { identity, connectorData = "" } = requirePerson(await logInAt(await open()));
    expect(identity).toEqual({
      userId: "yrZCpj2Z12",
      username: "Jane Doe",
      preferredUsername: "",
      email: "jane@example.com",
      emailVerified: true,
      groups: [],
    });
    expect(scopeAsked()).toBe("r_liteprofile r_emailaddress");
    expect(JSON.parse(connectorData)).toMatchObject({ accessToken: expect.any(String) });
  });

  it("reads UserInfo with openIDConnect (OpenID Connect Core section 5.3.2)", async () => {
    simulator.members.set("jane", { ...jane, emails: ["jane@example.com"] });
    const { identity } = requirePerson(await logInAt(await open({ openIDConnect: true })));
    expect(identity).toMatchObject({ userId: jane.id, username: "Jane Doe", email: "jane@example.com" });
    expect(scopeAsked()).toBe("openid profile email");
  });

  it.each([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    [undefined, false],
  ])("believes UserInfo about the address: email_verified %j", async (emailVerified, expected) => {
    const { emailVerified: _left, ...member } = jane;
    simulator.members.set("jane", { ...member, ...(emailVerified !== undefined && { emailVerified }) });
    const { identity } = requirePerson(await logInAt(await open({ openIDConnect: true })));
    expect(identity.emailVerified).toBe(expected);
  });

  it.each(modes)("takes the address for a name that is missing (openIDConnect: %j)", async (openIDConnect) => {
    simulator.members.set("jane", { id: "j", emails: ["jane@example.com"] });
    expect(requirePerson(await logInAt(await open({ openIDConnect }))).identity.username).toBe("jane@example.com");
  });

  it.each(modes)(
    "is denied without an address, and nobody comes in without an id (openIDConnect: %j)",
    async (openIDConnect) => {
      simulator.members.set("jane", { ...jane, emails: [] });
      expect(await logInAt(await open({ openIDConnect }))).toMatchObject({ outcome: "denied" });
      simulator.members.set("jane", { ...jane, id: "" });
      await expect(logInAt(await open({ openIDConnect }))).rejects.toThrow("unexpected form");
    },
  );

  it("is denied when the member says no, and fails where the secret is wrong", async () => {
    simulator.login.person = undefined;
    expect(await logInAt(await open())).toEqual({ outcome: "denied", detail: "access_denied" });
    simulator.login.person = "jane";
    await expect(logInAt(await open({ clientSecret: "wrong" }))).rejects.toThrow("invalid_client");
  });
});

describe("a refresh with linkedin", () => {
  it.each(modes)(
    "reads name and address again with the token of the login (openIDConnect: %j)",
    async (openIDConnect) => {
      const connector = await open({ openIDConnect });
      const { identity, connectorData = "" } = requirePerson(await logInAt(connector));
      simulator.members.set("jane", { ...jane, lastName: "Roe" });
      expect(requirePerson(await refreshAt(connector, { identity, connectorData })).identity.username).toBe("Jane Roe");
      // As Dex stores it.
      const { accessToken } = JSON.parse(connectorData);
      requirePerson(await refreshAt(connector, { identity, connectorData: JSON.stringify({ accessToken }) }));
    },
  );

  it("is denied once the member has revoked the token, or its 60 days are over", async () => {
    const connector = await open();
    const known = requirePerson(await logInAt(connector));
    now += 5_184_000_000;
    expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
    now -= 5_184_000_000;
    simulator.login.revokeAll();
    expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
  });

  it("throws while LinkedIn counts too many requests of the day: nothing changes", async () => {
    const connector = await open();
    const known = requirePerson(await logInAt(connector));
    simulator.upstream.answer(() => ({
      status: 429,
      body: { status: 429, code: "TOO_MANY_REQUESTS", message: "limit" },
    }));
    await expect(refreshAt(connector, known)).rejects.toThrow("429");
  });
});

describe("probing linkedin", () => {
  it("tells that it answers, or does not", async () => {
    const connector = await open();
    expect(await connector.probe?.()).toHaveLength(1);
    await expect((await open({ authURL: simulator.url })).probe?.()).rejects.toMatchObject({ key: "authURL" });
    simulator.upstream.answer(() => ({ status: 502 }));
    await expect(connector.probe?.()).rejects.toMatchObject({ key: "authURL" });
  });
});

describe("linkedin in the whole product", () => {
  let server: TestServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it("logs in, refreshes, and ends the grant when the member has revoked the app", async () => {
    now = Date.parse("2026-03-14T09:26:53Z");
    server = await startTestServer({
      yaml: `
storage: { type: memory }
connectors:
  - type: linkedin
    id: linkedin
    name: LinkedIn
    config:
      clientID: ${client.id}
      clientSecret: ${client.secret}
      redirectURI: "{origin}/dex/callback"
      openIDConnect: true
      authURL: ${simulator.url}/oauth/v2
      apiURL: ${simulator.url}/v2
${photosYaml}`,
      parts: { clock: () => now },
    });
    const login = await obtainTokensByRedirect(server);
    expect(readClaims(login.body["id_token"])).toMatchObject({ name: "Jane Doe", email: "old@example.com" });
    now += 31_000;
    const second = await refresh(server, login.body["refresh_token"]);
    expect(second.status).toBe(200);
    now += 31_000;
    simulator.login.revokeAll();
    const third = await refresh(server, second.body["refresh_token"]);
    expect([third.status, third.body["error"]]).toEqual([400, "invalid_grant"]);
  });
});
