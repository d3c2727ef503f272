import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodePair, encodePair } from "../../src/platform/encoding.js";
import { type Exposition, findMoves, parseExposition } from "../support/exposition.js";
import { createHttpBrowser, locationQuery, type Visit } from "../support/http-browser.js";
import {
  answerConsent,
  authorizeUrl,
  logIn,
  obtainTokens,
  photos,
  photosYaml,
  post,
  redeem,
  refresh,
  robinYaml,
  submitPassword,
} from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

const second = 1_000;
const hour = 3_600 * second;

let now: number;
let server: TestServer;
let upstream: TestUpstream;
let telemetry: string;

async function start(extra = "", storage = "{ type: memory }"): Promise<void> {
  const port = await findFreePort();
  telemetry = `http://127.0.0.1:${port}`;
  server = await startTestServer({
    yaml: `
storage: ${storage}
telemetry: { http: "127.0.0.1:${port}" }
${photosYaml}${robinYaml}${extra}`,
    parts: { clock: () => now, connectorTypes: withTestConnectors(upstream) },
  });
}

/** One connector, `partner`, of a type that the test steers. */
async function startWithUpstream(type: string): Promise<void> {
  const port = await findFreePort();
  telemetry = `http://127.0.0.1:${port}`;
  const found = withTestConnectors(upstream).get(type);
  if (found === undefined) throw new Error(`no test connector ${type}`);
  server = await startTestServer({
    yaml: `
storage: { type: memory }
telemetry: { http: "127.0.0.1:${port}" }
oauth2: { skipApprovalScreen: true }
connectors: [{ type: mockCallback, id: partner, name: Partner }]
${photosYaml}`,
    // The config knows no test types: the type is replaced behind it.
    parts: { clock: () => now, connectorTypes: new Map([["mockCallback", found]]) },
  });
}

/** Goes to the upstream and comes back from it. */
async function logInUpstream(): Promise<Visit> {
  const browser = createHttpBrowser();
  const state = locationQuery(await browser.follow(authorizeUrl(server), server.origin)).get("state") ?? "";
  return browser.follow(`${server.issuer}/callback?${new URLSearchParams({ state, code: "abc" })}`, server.origin);
}

async function scrapeText(): Promise<string> {
  return (await fetch(`${telemetry}/metrics`)).text();
}

async function scrape(): Promise<Exposition> {
  return parseExposition(await scrapeText());
}

/** The exact changes of the series that `pattern` names while `work` runs. */
async function watch(pattern: RegExp, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await scrape();
  await work();
  // A request is counted when its response is closed, which may be a moment after its client has read it.
  for (;;) {
    const after = await scrape();
    if (after.value("latchkey_http_requests_in_flight") === 0) return findMoves(before, after, pattern);
  }
}

beforeEach(() => {
  now = Date.parse("2026-03-14T09:26:53Z");
  upstream = createTestUpstream();
});

afterEach(() => server.stop());

const domain = /^latchkey_(logins|consents|codes|refreshes|grants|access_tokens)/;

describe("GET /metrics", () => {
  it("is in the text format of Prometheus, and may not be stored", async () => {
    await start();
    const { status, headers } = await fetch(`${telemetry}/metrics`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
    expect((await scrape()).types.get("latchkey_refreshes_total")).toBe("counter");
  });

  it("is not on the public listener", async () => {
    await start();
    for (const url of [`${server.origin}/metrics`, `${server.issuer}/metrics`]) {
      const response = await fetch(url);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("latchkey_");
    }
  });

  it("answers scrapes that come at once", async () => {
    await start();
    const texts = await Promise.all(Array.from({ length: 20 }, scrapeText));
    for (const text of texts) expect(parseExposition(text).value("latchkey_ready")).toBe(1);
  });
});

describe("the metrics of a login", () => {
  it("count it once, at each of its steps", async () => {
    await start();
    const moves = await watch(domain, () => obtainTokens(server));
    expect(moves).toEqual({
      'latchkey_logins_total{connector="local",outcome="success"}': 1,
      'latchkey_consents_total{outcome="granted"}': 1,
      'latchkey_codes_total{outcome="redeemed"}': 1,
      'latchkey_grants_issued_total{grant_type="authorization_code"}': 1,
    });
  });

  it("tell a wrong password and a consent that was refused", async () => {
    await start();
    const moves = await watch(domain, async () => {
      const browser = createHttpBrowser();
      const form = await browser.follow(authorizeUrl(server), server.origin);
      const again = await submitPassword(browser, server, form, "robin@example.com", "wrong");
      const consent = await submitPassword(browser, server, again, "robin@example.com");
      await answerConsent(browser, server, consent, "rejected");
    });
    expect(moves).toEqual({
      'latchkey_logins_total{connector="local",outcome="bad-credentials"}': 1,
      'latchkey_logins_total{connector="local",outcome="success"}': 1,
      'latchkey_consents_total{outcome="denied"}': 1,
    });
  });

  it("tell what became of codes that give nothing", async () => {
    await start();
    const code = async () => locationQuery(await logIn(server)).get("code") ?? "";
    const [used, late, astray] = [await code(), await code(), await code()];
    const moves = await watch(/_codes_|_grants_/, async () => {
      await redeem(server, used);
      await redeem(server, used);
      await redeem(server, encodePair({ first: "unknown", second: "x" }));
      await post(server, "/token", {
        grant_type: "authorization_code",
        code: astray,
        redirect_uri: "https://a.example",
      });
      now += hour;
      await redeem(server, late);
    });
    expect(moves).toEqual({
      'latchkey_codes_total{outcome="redeemed"}': 1,
      'latchkey_codes_total{outcome="reused"}': 1,
      'latchkey_codes_total{outcome="unknown"}': 1,
      'latchkey_codes_total{outcome="wrong-redirect-uri"}': 1,
      'latchkey_codes_total{outcome="expired"}': 1,
      'latchkey_grants_issued_total{grant_type="authorization_code"}': 1,
      'latchkey_grants_revoked_total{cause="code-reuse"}': 1,
    });
  });
});

describe("the metrics of an upstream", () => {
  it("tell a login that it denied, and one that it gave no usable answer to", async () => {
    await startWithUpstream("testRedirect");
    const moves = await watch(domain, async () => {
      upstream.loginOutcome = "denied";
      await logInUpstream();
      upstream.loginOutcome = "throws";
      await logInUpstream();
    });
    expect(moves).toEqual({
      'latchkey_logins_total{connector="partner",outcome="denied-upstream"}': 1,
      'latchkey_logins_total{connector="partner",outcome="upstream-error"}': 1,
    });
  });

  it("tell a refresh while it is down, and one that it denied", async () => {
    await startWithUpstream("testRedirect");
    const code = locationQuery(await logInUpstream()).get("code") ?? "";
    const token = (await redeem(server, code)).body["refresh_token"];
    const moves = await watch(domain, async () => {
      now += 60 * second;
      upstream.refreshOutcome = "throws";
      await refresh(server, token);
      upstream.refreshOutcome = "denied";
      await refresh(server, token);
    });
    expect(moves).toEqual({
      'latchkey_refreshes_total{outcome="unavailable"}': 1,
      'latchkey_refreshes_total{outcome="denied-upstream"}': 1,
      'latchkey_grants_revoked_total{cause="upstream"}': 1,
    });
  });
});

describe("the metrics of a refresh", () => {
  const lifetimes = '\nexpiry: { refreshTokens: { validIfNotUsedFor: "2h" } }';

  it("count rotation, replay, reuse and what comes after, each under its own outcome", async () => {
    await start(lifetimes);
    const first = String((await obtainTokens(server)).body["refresh_token"]);
    const moves = await watch(domain, async () => {
      await refresh(server, first);
      now += 10 * second;
      await refresh(server, first);
      now += hour;
      await refresh(server, first);
      await refresh(server, first);
    });
    expect(moves).toEqual({
      'latchkey_refreshes_total{outcome="rotated"}': 1,
      'latchkey_refreshes_total{outcome="replayed"}': 1,
      'latchkey_refreshes_total{outcome="reused"}': 1,
      'latchkey_refreshes_total{outcome="ended"}': 1,
      'latchkey_grants_revoked_total{cause="refresh-reuse"}': 1,
    });
  });

  it("count expired, unknown and invented tokens, and scopes that were never granted", async () => {
    await start(lifetimes);
    const token = String((await obtainTokens(server)).body["refresh_token"]);
    const invented = encodePair({ first: decodePair(token)?.first ?? "", second: "invented" });
    const moves = await watch(domain, async () => {
      await refresh(server, "no token at all");
      await refresh(server, encodePair({ first: "unknown", second: "x" }));
      await refresh(server, token, { scope: "openid audience:server:client_id:other" });
      now += 3 * hour;
      await refresh(server, token);
      await refresh(server, invented);
    });
    expect(moves).toEqual({
      'latchkey_refreshes_total{outcome="unknown"}': 2,
      'latchkey_refreshes_total{outcome="wrong-scope"}': 1,
      'latchkey_refreshes_total{outcome="expired"}': 2,
    });
  });

  it("count a token that stays the same where rotation is off", async () => {
    await start('\nexpiry: { refreshTokens: { disableRotation: true, validIfNotUsedFor: "2h" } }');
    const token = (await obtainTokens(server)).body["refresh_token"];
    const invented = encodePair({ first: decodePair(String(token))?.first ?? "", second: "invented" });
    const moves = await watch(domain, async () => {
      await refresh(server, token);
      await refresh(server, invented);
    });
    expect(moves).toEqual({
      'latchkey_refreshes_total{outcome="kept"}': 1,
      'latchkey_refreshes_total{outcome="reused"}': 1,
    });
  });

  it("count revocations by the client, of a grant and of one access token", async () => {
    await start();
    const { body } = await obtainTokens(server);
    const moves = await watch(domain, async () => {
      await post(server, "/revoke", { token: String(body["access_token"]) });
      await post(server, "/revoke", { token: String(body["refresh_token"]) });
      await refresh(server, body["refresh_token"]);
    });
    expect(moves).toEqual({
      latchkey_access_tokens_revoked_total: 1,
      'latchkey_grants_revoked_total{cause="client"}': 1,
      'latchkey_refreshes_total{outcome="ended"}': 1,
    });
  });
});

describe("the metrics of requests", () => {
  it("count each by endpoint, status and error code", async () => {
    await start();
    const { body } = await obtainTokens(server);
    const userinfo = (token: unknown) =>
      fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${String(token)}` } });
    const moves = await watch(/^latchkey_http_(requests_total|request_duration_seconds_count)/, async () => {
      await userinfo(body["access_token"]);
      await userinfo("invented");
      await fetch(`${server.issuer}/keys`);
      await fetch(`${server.issuer}/healthz/ready`);
      await refresh(server, "invented");
      await post(server, "/token", {}, { id: photos.id, secret: "wrong" });
      await post(server, "/token", { grant_type: "refresh_token" }, { id: photos.id, secret: "wrong" });
    });
    const series = (endpoint: string, status: number, outcome: string) =>
      `latchkey_http_requests_total{endpoint="${endpoint}",outcome="${outcome}",status="${status}"}`;
    const timed = (endpoint: string) => `latchkey_http_request_duration_seconds_count{endpoint="${endpoint}"}`;
    expect(moves).toEqual({
      [series("userinfo", 200, "ok")]: 1,
      [series("userinfo", 401, "invalid_token")]: 1,
      [series("jwks", 200, "ok")]: 1,
      [series("health", 200, "ok")]: 1,
      [series("token", 400, "invalid_grant")]: 1,
      [series("token", 400, "invalid_request")]: 1,
      [series("token", 401, "invalid_client")]: 1,
      [timed("userinfo")]: 2,
      [timed("jwks")]: 1,
      [timed("health")]: 1,
      [timed("token")]: 3,
    });
  });

  it("have one series for all paths that there are not, whatever strangers ask for", async () => {
    await start();
    await fetch(`${server.issuer}/nowhere`);
    const before = await scrape();
    const moves = await watch(/^latchkey_http_requests_total/, async () => {
      for (let i = 0; i < 60; i++) {
        const text = randomBytes(9).toString("base64url");
        await fetch(`${server.origin}/${text}?${text}`);
        await fetch(`${server.issuer}/${text}`, { method: "POST", body: text });
      }
    });
    expect(moves).toEqual({ 'latchkey_http_requests_total{endpoint="unknown",outcome="not-found",status="404"}': 120 });
    const names = (scraped: Exposition) => [...scraped.samples.keys()].filter((name) => name.startsWith("latchkey_"));
    expect(names(await scrape())).toEqual(names(before));
  });
});

describe("the metrics of the house", () => {
  it("show rows, commits, signatures, keys and the build", async () => {
    await start("", '{ type: sqlite3, config: { file: "{folder}/store.db" } }');
    const before = await scrape();
    const moves = await watch(/^latchkey_(storage|signing_duration).*(_count|_rows|_total)\b/, () =>
      obtainTokens(server),
    );
    const after = await scrape();
    expect(moves).toMatchObject({
      'latchkey_storage_rows{kind="grant"}': 1,
      'latchkey_storage_rows{kind="login"}': 1,
      'latchkey_storage_rows{kind="upstream-grant"}': 1,
      'latchkey_signing_duration_seconds_count{algorithm="ES256"}': 2,
    });
    const writes = moves["latchkey_storage_write_duration_seconds_count"] ?? 0;
    expect(writes).toBeGreaterThanOrEqual(5);
    expect(after.value("latchkey_storage_commit_writes_sum")).toBeGreaterThanOrEqual(
      after.value("latchkey_storage_write_duration_seconds_count"),
    );
    expect(before.value("latchkey_ready")).toBe(1);
    expect(after.value("latchkey_signing_keys", { state: "active" })).toBe(1);
    expect(after.value("latchkey_signing_key_next_rotation_timestamp_seconds")).toBe((now + 6 * hour) / second);
    expect(after.value("latchkey_sweep_last_success_timestamp_seconds")).toBe(now / second);
    expect([...after.samples.keys()].find((name) => name.startsWith("latchkey_build_info"))).toBe(
      `latchkey_build_info{node="${process.versions.node}",version="0.1.0"}`,
    );
  });

  it("hold no client, no person, no token and no secret", async () => {
    await start();
    const { body } = await obtainTokens(server);
    const next = await refresh(server, body["refresh_token"]);
    await post(server, "/token", { grant_type: "refresh_token" }, { id: "made-up-client", secret: "made-up-secret" });
    await createHttpBrowser().follow(authorizeUrl(server, { extra: { client_id: "made-up-client" } }), server.origin);
    const text = await scrapeText();
    const tokens = [body, next.body].flatMap((each) => [each["access_token"], each["refresh_token"], each["id_token"]]);
    const secrets = [photos.secret, "made-up", "robin", "example.com", "08a8684b", ...tokens.map(String)];
    for (const each of [`"${photos.id}"`, ...secrets]) expect(text).not.toContain(each);
    for (const token of tokens) for (const part of String(token).split(".")) expect(text).not.toContain(part);
  });

  it("show a connector that can't be opened as down", async () => {
    await startWithUpstream("testBroken");
    const moves = await watch(/_logins_/, () => createHttpBrowser().follow(authorizeUrl(server), server.origin));
    expect((await scrape()).samples.get('latchkey_connector_up{connector="partner"}')).toBe(0);
    expect(moves).toEqual({ 'latchkey_logins_total{connector="partner",outcome="unavailable"}': 1 });
  });
});
