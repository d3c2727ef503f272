import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createConnectorContext } from "../../../test/support/connector-context.js";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/http-upstream.js";
import { type HttpClient, openHttpClient } from "../../platform/http-client.js";
import { Secret } from "../../platform/secret.js";
import { createOAuth2Client, type OAuth2Client, type OAuth2ClientOptions } from "./oauth2-client.js";

const context = createConnectorContext({ clock: () => 1_000 });
const derive = (purpose: string): string => `derived for ${purpose}`;
const scopes = { offlineAccess: true, groups: false };
const callbackUrl = "https://id.example.com/callback";
const tokens = { access_token: "at", token_type: "bearer", refresh_token: "rt", expires_in: 60 };

let upstream: HttpUpstream;
let http: HttpClient;
let pauses: number[];

beforeAll(async () => {
  upstream = await startHttpUpstream();
  http = openHttpClient(context.http);
});

beforeEach(() => {
  pauses = [];
  upstream.answer(() => ({ body: tokens }));
});

afterAll(async () => {
  await Promise.all([http.close(), upstream.close()]);
});

function createClient(changes: Partial<OAuth2ClientOptions> = {}): OAuth2Client {
  return createOAuth2Client({
    http,
    pause: async (ms) => {
      pauses.push(ms);
    },
    clock: context.clock,
    clientId: "the id",
    clientSecret: new Secret("s&cret"),
    authorizationUrl: `${upstream.url}/authorize?tenant=1`,
    tokenUrl: `${upstream.url}/token`,
    authentication: "basic",
    pkce: "S256",
    ...changes,
  });
}

function redeem(client: OAuth2Client, fields: Record<string, string> = { code: "c0de" }) {
  return client.redeem({ scopes, callbackUrl, derive, fields: new Map(Object.entries(fields)) });
}

function lastRequest() {
  const request = upstream.requests.at(-1);
  if (request === undefined) throw new Error("nothing was asked");
  return request;
}

describe("the OAuth 2.0 client of connectors", () => {
  it("sends the browser with state, redirect URI, scope and an S256 challenge (RFC 7636 section 4.2)", () => {
    const client = createClient();
    const input = { scopes, callbackUrl, derive, state: "st&te" };
    const url = new URL(client.authorizationUrl(input, ["a", "b"], { prompt: "consent", hd: undefined }));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: "1",
      response_type: "code",
      client_id: "the id",
      redirect_uri: callbackUrl,
      scope: "a b",
      state: "st&te",
      code_challenge: createHash("sha256").update(derive("pkce")).digest("base64url"),
      code_challenge_method: "S256",
      prompt: "consent",
    });
  });

  it("redeems the code with the verifier and Basic credentials that are form-encoded first (RFC 6749 section 2.3.1)", async () => {
    expect(await redeem(createClient())).toEqual({
      outcome: "ok",
      tokens: { accessToken: "at", tokenType: "Bearer", refreshToken: "rt", expiresAt: 61_000 },
    });
    const { form, headers } = lastRequest();
    expect(Object.fromEntries(form)).toEqual({
      grant_type: "authorization_code",
      code: "c0de",
      redirect_uri: callbackUrl,
      code_verifier: derive("pkce"),
    });
    const basic = Buffer.from(headers.authorization?.replace("Basic ", "") ?? "", "base64").toString();
    expect(basic).toBe("the+id:s%26cret");
  });

  it("puts id and secret into the body where the upstream wants them there", async () => {
    await redeem(createClient({ authentication: "body" }));
    expect(lastRequest().headers.authorization).toBeUndefined();
    expect(lastRequest().form.get("client_secret")).toBe("s&cret");
  });

  it("finds out once which way the upstream takes, and remembers it", async () => {
    upstream.answer(({ headers }) =>
      headers.authorization === undefined ? { body: tokens } : { status: 401, body: { error: "invalid_client" } },
    );
    const client = createClient({ authentication: "probe" });
    const before = upstream.requests.length;
    expect((await redeem(client)).outcome).toBe("ok");
    expect(upstream.requests.length - before).toBe(2);
    expect((await redeem(client)).outcome).toBe("ok");
    expect(upstream.requests.length - before).toBe(3);
  });

  it("settles nothing by an upstream that fails: the other way may be the one", async () => {
    const client = createClient({ authentication: "probe" });
    upstream.answer(() => ({ status: 500, body: "down" }));
    await expect(redeem(client)).rejects.toThrow("500");
    upstream.answer(({ headers }) =>
      headers.authorization === undefined ? { body: tokens } : { status: 401, body: { error: "invalid_client" } },
    );
    expect((await redeem(client)).outcome).toBe("ok");
  });

  it("takes the person's no from the answer, and trouble of the upstream as trouble", async () => {
    const client = createClient();
    expect(await redeem(client, { error: "access_denied", error_description: "not today" })).toEqual({
      outcome: "denied",
      detail: "access_denied: not today",
    });
    await expect(redeem(client, { error: "temporarily_unavailable" })).rejects.toThrow("temporarily_unavailable");
    expect((await redeem(client, {})).outcome).toBe("denied");
  });

  it("tells a refused grant from a refused client", async () => {
    const client = createClient();
    upstream.answer(() => ({ status: 400, body: { error: "invalid_grant", error_description: "used" } }));
    expect(await redeem(client)).toEqual({ outcome: "denied", detail: "invalid_grant: used" });
    upstream.answer(() => ({ status: 401, body: { error: "invalid_client" } }));
    await expect(redeem(client)).rejects.toThrow("invalid_client");
    // GitHub's way: an error with a status of 200.
    upstream.answer(() => ({ body: { error: "bad_refresh_token" } }));
    expect((await createClient({ refusals: ["bad_refresh_token"] }).refresh("old")).outcome).toBe("denied");
  });

  it("tells them apart by the description where one code stands for both, as Gitea's does", async () => {
    const client = createClient({ refusals: ["unauthorized_client: token was already used"] });
    const refuse = (error_description: string): void =>
      upstream.answer(() => ({ status: 400, body: { error: "unauthorized_client", error_description } }));
    refuse("token was already used");
    expect((await client.refresh("old")).outcome).toBe("denied");
    refuse("invalid client secret");
    await expect(client.refresh("old")).rejects.toMatchObject({ code: "unauthorized_client", status: 400 });
  });

  it("keeps the old refresh token where no new one comes (RFC 6749 section 6)", async () => {
    upstream.answer(() => ({ body: { access_token: "at2" } }));
    expect(await createClient().refresh("old")).toMatchObject({ tokens: { accessToken: "at2", refreshToken: "old" } });
    upstream.answer(() => ({ body: tokens }));
    expect(await createClient().refresh("old")).toMatchObject({ tokens: { refreshToken: "rt" } });
  });

  it("reads an answer that is a form, and times that are text", async () => {
    upstream.answer(() => ({
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: "access_token=at&expires_in=7&token_type=BEARER",
    }));
    expect(await redeem(createClient())).toEqual({
      outcome: "ok",
      tokens: { accessToken: "at", tokenType: "Bearer", expiresAt: 8_000 },
    });
  });

  it("waits once where the upstream asks for a little patience, and not for long", async () => {
    const answers = [{ status: 429, headers: { "retry-after": "2" } }, { body: tokens }];
    upstream.answer(() => answers.shift());
    expect((await redeem(createClient())).outcome).toBe("ok");
    expect(pauses).toEqual([2_000]);
    upstream.answer(() => ({ status: 429, headers: { "retry-after": "3600" } }));
    await expect(redeem(createClient())).rejects.toThrow("429");
    expect(pauses).toEqual([2_000]);
  });

  it.each([
    ["an HTML page", { headers: { "content-type": "text/html" }, body: "<html>" }],
    ["broken JSON", { headers: { "content-type": "application/json" }, body: '{"access_token":' }],
    ["JSON of another kind", { body: [1] }],
    ["no access token", { body: { token_type: "bearer" } }],
    ["a fault", { status: 500, body: { message: "oops" } }],
  ])("does not take %s for an answer", async (_name, answer) => {
    upstream.answer(() => answer);
    await expect(redeem(createClient())).rejects.toThrow();
  });
});
