import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createConnectorContext } from "../../../test/support/connector-context.js";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/http-upstream.js";
import { type HttpClient, openHttpClient } from "../../platform/http-client.js";
import { Secret } from "../../platform/secret.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, RefreshResult, WantedScopes } from "../port.js";
import { createOAuth2Client } from "./oauth2-client.js";
import { createOAuth2Connector, type OAuth2ConnectorOptions } from "./oauth2-connector.js";
import { fetchJson } from "./upstream-json.js";

const scopes = { offlineAccess: true, groups: false };
const input = { scopes, callbackUrl: "https://id.example.com/callback", derive: () => "d" };
const ann: Identity = {
  userId: "7",
  username: "Ann",
  preferredUsername: "",
  email: "",
  emailVerified: false,
  groups: [],
};
let now = 0;
/** What each look at the person was for. */
let asked: WantedScopes[];
let upstream: HttpUpstream;
let http: HttpClient;

/** An upstream that takes one access token and one refresh token, each replaced when the refresh token is used. */
let current: { access: string; refresh: string; api: number; isExpiring: boolean };

beforeAll(async () => {
  upstream = await startHttpUpstream();
  http = openHttpClient(createConnectorContext().http);
});

beforeEach(() => {
  now = 1_000_000;
  asked = [];
  current = { access: "a0", refresh: "r0", api: 200, isExpiring: true };
  upstream.answer(({ url, form, headers }) => {
    if (url.pathname === "/api/user") {
      const isKnown = headers.authorization === `Bearer ${current.access}`;
      return isKnown ? { status: current.api, body: { id: 7 } } : { status: 401, body: { message: "Bad credentials" } };
    }
    if (form.get("grant_type") === "refresh_token") {
      if (form.get("refresh_token") !== current.refresh) return { status: 400, body: { error: "invalid_grant" } };
      current.access += "'";
      current.refresh += "'";
    }
    const { access, refresh, isExpiring } = current;
    return { body: { access_token: access, refresh_token: refresh, ...(isExpiring && { expires_in: 3_600 }) } };
  });
});

afterAll(async () => {
  await Promise.all([http.close(), upstream.close()]);
});

function createConnector(changes: Partial<OAuth2ConnectorOptions> = {}): Connector {
  const caller = { http, pause: () => Promise.resolve() };
  const clock = (): number => now;
  const client = createOAuth2Client({
    ...caller,
    clock,
    clientId: "id",
    clientSecret: new Secret("secret"),
    authorizationUrl: `${upstream.url}/authorize`,
    tokenUrl: `${upstream.url}/token`,
    authentication: "body",
    pkce: "S256",
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: () => ["user"],
    readPerson: async ({ accessToken }, wanted) => {
      asked.push(wanted);
      const headers = { authorization: `Bearer ${accessToken}` };
      const { id } = await fetchJson(caller, z.object({ id: z.number() }), {
        url: `${upstream.url}/api/user`,
        headers,
      });
      return { outcome: "ok", identity: { ...ann, userId: String(id) } };
    },
    ...changes,
  });
}

async function logIn(connector: Connector): Promise<string> {
  if (connector.login.kind !== "redirect") throw new Error("a redirect login expected");
  const result = await connector.login.finish({ ...input, fields: new Map([["code", "c"]]) });
  if (result.outcome !== "ok") throw new Error(result.outcome);
  return result.connectorData ?? "";
}

async function refresh(connector: Connector, connectorData: string | undefined): Promise<RefreshResult | undefined> {
  return connector.refresh?.({ scopes, identity: ann, ...(connectorData !== undefined && { connectorData }) });
}

describe("a connector on OAuth 2.0", () => {
  it("keeps tokens in the shape in which Dex kept them (dex-connectors §5.5)", async () => {
    expect(JSON.parse(await logIn(createConnector()))).toEqual({
      accessToken: "a0",
      refreshToken: "r0",
      expiry: "1970-01-01T01:16:40.000Z",
    });
  });

  it("keeps them with the names of the wire where Dex did (dex-connectors §5.12), and reads both", async () => {
    const connector = createConnector({ storedNames: "wire" });
    const data = await logIn(connector);
    expect(JSON.parse(data)).toEqual({
      access_token: "a0",
      token_type: "Bearer",
      refresh_token: "r0",
      expiry: "1970-01-01T01:16:40.000Z",
    });
    now += 3_600_000;
    expect(await refresh(connector, data)).toMatchObject({ outcome: "ok", identity: ann });
    expect(await refresh(createConnector(), data)).toMatchObject({ outcome: "denied", detail: "invalid_grant" });
    expect(await refresh(connector, '{"access_token":"a0\'","expiry":"0001-01-01T00:00:00Z"}')).toMatchObject({
      outcome: "ok",
    });
  });

  it("reads the person with the access token as long as it is good", async () => {
    const connector = createConnector();
    const data = await logIn(connector);
    expect(await refresh(connector, data)).toEqual({ outcome: "ok", identity: ann });
    expect(current.refresh).toBe("r0");
  });

  it("reads the groups that the login has also where this refresh does not ask for them: others of the login do", async () => {
    const connector = createConnector();
    const connectorData = await logIn(connector);
    await connector.refresh?.({ scopes, identity: { ...ann, groups: ["crew"] }, connectorData });
    await connector.refresh?.({ scopes, identity: ann, connectorData });
    expect(asked.slice(1).map(({ groups }) => groups)).toEqual([true, false]);
  });

  it("renews the access token when its time is over, and hands the new tokens on", async () => {
    const connector = createConnector();
    const data = await logIn(connector);
    now += 3_595_000;
    const result = await refresh(connector, data);
    expect(result).toMatchObject({ outcome: "ok", identity: ann });
    expect(result).toHaveProperty("connectorData", expect.stringContaining('"refreshToken":"r0\'"'));
  });

  it("renews it when the upstream no longer takes it, and is denied when nothing helps", async () => {
    const connector = createConnector();
    const data = await logIn(connector);
    current.access = "another";
    expect(await refresh(connector, data)).toMatchObject({ outcome: "ok" });
    expect(await refresh(connector, data)).toMatchObject({ outcome: "denied", detail: "invalid_grant" });
  });

  it("goes on from what Dex stored: Go's zero time is no end", async () => {
    const stored = { accessToken: "a0", expiry: "0001-01-01T00:00:00Z" };
    expect(await refresh(createConnector(), JSON.stringify(stored))).toEqual({ outcome: "ok", identity: ann });
  });

  it("hands a new credential on though the person could not be read with it: the old one may be gone", async () => {
    const connector = createConnector();
    const data = await logIn(connector);
    now += 3_600_000;
    current.api = 500;
    const result = await refresh(connector, data);
    expect(result?.outcome).toBe("unavailable");
    expect(result).toHaveProperty("connectorData", expect.stringContaining("r0'"));
    current.api = 200;
    now += 1;
    const kept = result?.outcome === "unavailable" ? result.connectorData : "";
    expect(await refresh(connector, kept)).toMatchObject({ outcome: "ok" });
  });

  it("hands a new credential in before the person is read with it, and only where there is one", async () => {
    const connector = createConnector();
    const connectorData = await logIn(connector);
    const kept: string[] = [];
    const keep = async (data: string): Promise<void> => void kept.push(`${asked.length} ${data.includes("r0'")}`);
    await connector.refresh?.({ scopes, identity: ann, connectorData, keep });
    expect(kept).toEqual([]);
    now += 3_600_000;
    const before = asked.length;
    await connector.refresh?.({ scopes, identity: ann, connectorData, keep });
    expect(kept).toEqual([`${before} true`]);
  });

  it("hands a new credential on with its answer where it could not be handed in", async () => {
    const connector = createConnector();
    const connectorData = await logIn(connector);
    now += 3_600_000;
    const keep = (): Promise<void> => Promise.reject(new Error("the storage is away"));
    expect(await connector.refresh?.({ scopes, identity: ann, connectorData, keep })).toEqual({
      outcome: "unavailable",
      detail: "the storage is away",
      connectorData: expect.stringContaining("r0'"),
    });
  });

  it("keeps what an upstream sends back of our token out of its message", async () => {
    const token = "t".repeat(40);
    upstream.answer(() => ({ status: 403, body: { message: `no access with ${token} today` } }));
    const asking = fetchJson({ http, pause: () => Promise.resolve() }, z.unknown(), {
      url: `${upstream.url}/api/user`,
    });
    await expect(asking).rejects.toThrow("answered 403 (no access with [...] today)");
  });

  it.each([undefined, "", "no JSON", "[]", "{}", '{"accessToken":""}'])(
    "is denied with nothing kept: %j",
    async (data) => {
      expect(await refresh(createConnector(), data)).toMatchObject({ outcome: "denied" });
    },
  );

  it("throws where the upstream is in trouble: nothing changes", async () => {
    const connector = createConnector();
    const data = await logIn(connector);
    current.api = 503;
    await expect(refresh(connector, data)).rejects.toThrow("/api/user answered 503");
  });
});
