import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MicrosoftOptions } from "../../../src/connectors/microsoft/config.js";
import { openMicrosoft } from "../../../src/connectors/microsoft/connector.js";
import type { Connector, ConnectorContext } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { allScopes, callbackUrl, logInAt, noGroups, refreshAt, requirePerson } from "../../support/connector-login.js";
import { createHttpBrowser } from "../../support/http-browser.js";
import { comeBackFromUpstream, obtainTokensByRedirect } from "../../support/product-login.js";
import { photosYaml, readClaims, refresh } from "../../support/relying-party.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import { client, type MicrosoftSimulator, type SimulatedGroup, startMicrosoftSimulator, tenant } from "./simulator.js";

const jane = {
  id: "87d349ed-44d7-43e1-9a83-5f2406dee5bd",
  displayName: "Jane Doe",
  userPrincipalName: "Jane.Doe@Contoso.example",
  mailNickname: "janed",
  onPremisesSamAccountName: "CONTOSO-jane",
};
const staff: SimulatedGroup = { id: "g-staff", displayName: "Staff", securityEnabled: true };
const chess: SimulatedGroup = { id: "g-chess", displayName: "Chess club", securityEnabled: false };

let simulator: MicrosoftSimulator;
let connectors: Connector[];
let pauses: number[];
let now: number;

beforeEach(async () => {
  simulator = await startMicrosoftSimulator();
  simulator.people.set(jane.id, jane);
  simulator.login.person = jane.id;
  simulator.groups = [staff, chess];
  connectors = [];
  pauses = [];
  now = 1_000_000;
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.close?.()));
  await simulator.close();
});

async function open(settings: object = {}, context: Partial<ConnectorContext> = {}): Promise<Connector> {
  const options = MicrosoftOptions.parse({
    clientID: client.id,
    clientSecret: client.secret,
    tenant,
    apiURL: `${simulator.url}/`,
    graphURL: `${simulator.url}/`,
    ...settings,
  });
  const pause = async (ms: number): Promise<void> => {
    pauses.push(ms);
  };
  const connector = await openMicrosoft(options, createConnectorContext({ clock: () => now, pause, ...context }));
  connectors.push(connector);
  return connector;
}

async function startUrl(connector: Connector, scopes = allScopes): Promise<URL> {
  if (connector.login.kind !== "redirect") throw new Error("a redirect login expected");
  const derive = (): string => "x".repeat(43);
  return new URL((await connector.login.start({ scopes, callbackUrl, state: "s", derive })).url);
}

function graphCalls(): readonly string[] {
  return simulator.upstream.requests.map(({ url }) => url.pathname).filter((path) => path.startsWith("/v1.0/"));
}

describe("a login with microsoft", () => {
  it("reads the person from Graph: id, display name, user principal name (dex-connectors §5.8)", async () => {
    const { identity, connectorData = "" } = requirePerson(await logInAt(await open()));
    expect(identity).toEqual({
      userId: jane.id,
      username: "Jane Doe",
      preferredUsername: "",
      email: "Jane.Doe@Contoso.example",
      emailVerified: true,
      groups: ["Staff", "Chess club"],
    });
    expect(Object.keys(JSON.parse(connectorData))).toEqual(["accessToken", "refreshToken", "expiry"]);
  });

  it("asks for offline_access and directory.read.all only where they are needed, and for scopes of the config", async () => {
    const scopesOf = async (settings: object, wanted = allScopes) =>
      (await startUrl(await open(settings), wanted)).searchParams.get("scope");
    expect(await scopesOf({})).toBe("user.read directory.read.all offline_access");
    expect(await scopesOf({}, { offlineAccess: false, groups: false })).toBe("user.read");
    expect(await scopesOf({ groups: ["Staff"] }, noGroups)).toBe("user.read directory.read.all offline_access");
    expect(await scopesOf({ tenant: "common" })).toBe("user.read offline_access");
    expect(await scopesOf({ scopes: ["openid", "user.readbasic.all"] }, noGroups)).toBe(
      "openid user.readbasic.all offline_access",
    );
  });

  it("passes prompt and domain_hint on, and proves itself by PKCE", async () => {
    const url = await startUrl(await open({ promptType: "select_account", domainHint: "contoso.example" }));
    expect(url.pathname).toBe(`/${tenant}/oauth2/v2.0/authorize`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      prompt: "select_account",
      domain_hint: "contoso.example",
      code_challenge_method: "S256",
    });
    expect((await startUrl(await open())).searchParams.has("prompt")).toBe(false);
  });

  it.each([
    ["name", "Jane Doe"],
    ["email", "Jane.Doe@Contoso.example"],
    ["mailNickname", "janed"],
    ["onPremisesSamAccountName", "CONTOSO-jane"],
  ])("takes preferred_username from %s", async (preferredUsernameField, expected) => {
    const { identity } = requirePerson(await logInAt(await open({ preferredUsernameField })));
    expect(identity.preferredUsername).toBe(expected);
  });

  it("warns of a preferredUsernameField that nobody knows, and goes on without, as Dex does", async () => {
    const warnings: string[] = [];
    const connector = await open({ preferredUsernameField: "upn" }, { warn: (text) => warnings.push(text) });
    expect(warnings).toEqual([expect.stringContaining("preferredUsernameField")]);
    expect(requirePerson(await logInAt(connector)).identity.preferredUsername).toBe("");
  });

  it("lets in who lacks name and address, and nobody without an id", async () => {
    simulator.people.set(jane.id, { id: jane.id, displayName: null });
    expect(requirePerson(await logInAt(await open())).identity).toMatchObject({ username: "", email: "" });
    simulator.people.set(jane.id, { ...jane, id: "" });
    await expect(logInAt(await open())).rejects.toThrow("unexpected form: id");
  });

  it("is denied when the person says no, and when Graph does not know them", async () => {
    simulator.login.person = undefined;
    expect(await logInAt(await open())).toEqual({ outcome: "denied", detail: "access_denied" });
    simulator.login.person = "deleted";
    expect(await logInAt(await open())).toMatchObject({ outcome: "denied" });
  });

  it("tells a wrong secret as trouble of ours, not as the person's", async () => {
    await expect(logInAt(await open({ clientSecret: "wrong" }))).rejects.toThrow("AADSTS7000215");
  });

  it("reads the assertion again at each use, and then sends no secret (RFC 7523 section 2.2)", async () => {
    const files = ["assertion-1\n", "assertion-2\n"];
    const readFile = (path: string) => Promise.resolve(path === "/run/token" ? (files.shift() ?? "") : "");
    const connector = await open({ clientAssertion: "/run/token" }, { readFile });
    const known = requirePerson(await logInAt(connector));
    simulator.assertion = "assertion-2";
    simulator.login.expireAccessTokens();
    requirePerson(await refreshAt(connector, known));
    const sent = simulator.upstream.requests.filter(({ url }) => url.pathname.endsWith("/token"));
    expect(sent.map(({ form }) => form.get("client_assertion"))).toEqual(["assertion-1", "assertion-2"]);
    expect(sent.some(({ form, headers }) => form.has("client_secret") || headers.authorization)).toBe(false);
  });
});

describe("groups of microsoft", () => {
  it("are ids where the config wants ids, and then no names are asked for", async () => {
    const { identity } = requirePerson(await logInAt(await open({ groupNameFormat: "id" })));
    expect(identity.groups).toEqual(["g-staff", "g-chess"]);
    expect(graphCalls()).toEqual(["/v1.0/me", "/v1.0/me/getMemberGroups"]);
  });

  it("are security groups alone with onlySecurityGroups", async () => {
    const { identity } = requirePerson(await logInAt(await open({ onlySecurityGroups: true })));
    expect(identity.groups).toEqual(["Staff"]);
  });

  it("limit the login though the client did not ask for groups, with all of them in the claim (§3.2)", async () => {
    const connector = await open({ groups: ["Staff"] });
    expect(requirePerson(await logInAt(connector, noGroups)).identity.groups).toEqual(["Staff", "Chess club"]);
    const other = await open({ groups: ["staff", "Board"] });
    expect(await logInAt(other, noGroups)).toEqual({
      outcome: "denied",
      detail: "in none of the allowed groups",
    });
  });

  it("are narrowed to the list with useGroupsAsWhitelist, which without a list shows none, as in Dex", async () => {
    const narrowed = await open({ groups: ["Chess club", "Board"], useGroupsAsWhitelist: true });
    expect(requirePerson(await logInAt(narrowed)).identity.groups).toEqual(["Chess club"]);
    const nothing = await open({ useGroupsAsWhitelist: true });
    expect(requirePerson(await logInAt(nothing)).identity.groups).toEqual([]);
  });

  it("of a shared tenant are not asked for", async () => {
    expect(requirePerson(await logInAt(await open({ tenant: "common" }))).identity.groups).toEqual([]);
    expect(graphCalls()).toEqual(["/v1.0/me"]);
  });

  it("can be 2,500 over several pages: names are read by 1,000 ids (batchGroupLookups)", async () => {
    simulator.groups = Array.from({ length: 2_500 }, (_, index) => ({
      ...staff,
      id: `g${index}`,
      displayName: `G${index}`,
    }));
    simulator.pageSize = 700;
    const { identity } = requirePerson(await logInAt(await open()));
    expect(identity.groups).toEqual(simulator.groups.map(({ displayName }) => displayName));
    expect(graphCalls().filter((path) => path.endsWith("getByIds"))).toHaveLength(5);
  });

  it("may be none: then nothing is asked by ids, which Graph would refuse", async () => {
    simulator.groups = [];
    expect(requirePerson(await logInAt(await open())).identity.groups).toEqual([]);
  });

  it("are not read from another host: the next page would take the person's token there", async () => {
    simulator.pageSize = 1;
    simulator.foreignPages = "http://localhost:1";
    await expect(logInAt(await open())).rejects.toThrow("a page on another host");
  });

  it("that may not be read let nobody in", async () => {
    const { identity, connectorData = "" } = requirePerson(await logInAt(await open(), noGroups));
    const limited = await open({ groups: ["Staff"] });
    await expect(refreshAt(limited, { identity, connectorData })).rejects.toThrow("answered 403");
  });
});

describe("a refresh with microsoft", () => {
  it("reads person and groups again, and writes the address as at login (O-21)", async () => {
    const connector = await open({ emailToLowercase: true, preferredUsernameField: "email" });
    const known = requirePerson(await logInAt(connector));
    simulator.people.set(jane.id, { ...jane, displayName: "Jane Roe" });
    simulator.groups = [chess];
    expect(requirePerson(await refreshAt(connector, known)).identity).toEqual({
      ...known.identity,
      username: "Jane Roe",
      email: "jane.doe@contoso.example",
      preferredUsername: "jane.doe@contoso.example",
      groups: ["Chess club"],
    });
  });

  it("is denied to who has left the allowed groups, whatever scopes the client asks for", async () => {
    const connector = await open({ groups: ["Staff"] });
    const known = requirePerson(await logInAt(connector));
    simulator.groups = [chess];
    expect(await refreshAt(connector, known, noGroups)).toMatchObject({ outcome: "denied" });
  });

  it("renews an access token whose hour is over, and hands the new refresh token on", async () => {
    const connector = await open();
    const known = requirePerson(await logInAt(connector));
    now += 3_600_000;
    const next = requirePerson(await refreshAt(connector, known));
    expect(JSON.parse(next.connectorData ?? "")["refreshToken"]).not.toBe(
      JSON.parse(known.connectorData ?? "")["refreshToken"],
    );
  });

  it("goes on from what Dex stored", async () => {
    const connector = await open();
    const { identity, connectorData = "" } = requirePerson(await logInAt(connector));
    const { refreshToken } = JSON.parse(connectorData);
    const stored = { accessToken: "old", refreshToken, expiry: "2024-05-01T10:00:00.123456789Z" };
    now = Date.parse("2026-01-01T00:00:00Z");
    requirePerson(await refreshAt(connector, { identity, connectorData: JSON.stringify(stored) }));
  });

  it("is denied once Microsoft has revoked allScopes, or wants the person there", async () => {
    const connector = await open();
    const known = requirePerson(await logInAt(connector));
    simulator.login.expireAccessTokens();
    simulator.wantsPerson = true;
    expect(await refreshAt(connector, known)).toMatchObject({
      outcome: "denied",
      detail: expect.stringContaining("interaction_required"),
    });
    simulator.wantsPerson = false;
    simulator.login.revokeAll();
    expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
  });

  it("waits once where Graph asks for a little patience, and tells of a longer wait as trouble (429)", async () => {
    const connector = await open();
    const known = requirePerson(await logInAt(connector));
    simulator.throttle = { times: 1, seconds: 2 };
    requirePerson(await refreshAt(connector, known));
    expect(pauses).toEqual([2_000]);
    simulator.throttle = { times: 1, seconds: 120 };
    await expect(refreshAt(connector, known)).rejects.toThrow("answered 429");
    expect(pauses).toEqual([2_000]);
  });
});

describe("probing microsoft", () => {
  it("tells that tenant and secret are known", async () => {
    expect(await (await open()).probe?.()).toEqual([
      `Microsoft knows the tenant ${tenant}.`,
      "It takes the client's credentials.",
    ]);
    expect(await (await open({ tenant: "common" })).probe?.()).toHaveLength(2);
  });

  it.each([
    ["tenant", { tenant: "nobody.example" }, "AADSTS90002"],
    ["clientSecret", { clientSecret: "wrong" }, "AADSTS7000215"],
    ["clientAssertion", { clientAssertion: "/none" }, "no file in this test"],
    ["apiURL", { apiURL: "http://127.0.0.1:1" }, "127.0.0.1:1 could not be reached"],
  ])("names the key that is wrong: %s", async (key, settings, message) => {
    const connector = await open(settings);
    await expect(connector.probe?.()).rejects.toMatchObject({ key, message: expect.stringContaining(message) });
  });
});

describe("microsoft in the whole product", () => {
  let server: TestServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  function start(settings = ""): Promise<TestServer> {
    return startTestServer({
      yaml: `
storage: { type: memory }
connectors:
  - type: microsoft
    id: microsoft
    name: Contoso
    config:
      clientID: ${client.id}
      clientSecret: ${client.secret}
      redirectURI: "{origin}/dex/callback"
      tenant: ${tenant}
      apiURL: ${simulator.url}
      graphURL: ${simulator.url}
      ${settings}
${photosYaml}`,
      parts: { clock: () => now },
    });
  }

  it("logs in, refreshes with what has changed, and ends the grant of who left the groups", async () => {
    now = Date.parse("2026-03-14T09:26:53Z");
    server = await start("groups: [Staff]");
    const login = await obtainTokensByRedirect(server);
    const claims = readClaims(login.body["id_token"]);
    expect(claims).toMatchObject({ name: "Jane Doe", email: jane.userPrincipalName, groups: ["Staff", "Chess club"] });
    // protobuf {1: id, 2: connector id}, as Dex makes it.
    const sub = Buffer.concat([
      Buffer.from([10, 36]),
      Buffer.from(jane.id),
      Buffer.from([18, 9]),
      Buffer.from("microsoft"),
    ]);
    expect(claims["sub"]).toBe(sub.toString("base64url"));
    now += 31_000;
    simulator.groups = [staff];
    const second = await refresh(server, login.body["refresh_token"]);
    expect(readClaims(second.body["id_token"])["groups"]).toEqual(["Staff"]);
    now += 31_000;
    simulator.groups = [chess];
    const third = await refresh(server, second.body["refresh_token"]);
    expect([third.status, third.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("shows a page with status 403 to who is in none of the groups", async () => {
    now = Date.parse("2026-03-14T09:26:53Z");
    server = await start("groups: [Board]");
    const page = await comeBackFromUpstream(server, { browser: createHttpBrowser() });
    expect(page.status).toBe(403);
    expect(page.body).toContain("error=access_denied");
  });
});
