import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodePair, encodePair } from "../../src/platform/encoding.js";
import {
  obtainTokens,
  photos,
  photosYaml,
  post,
  readClaims,
  refresh,
  robinYaml,
  type TokenReply,
} from "../support/relying-party.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

let now = Date.parse("2026-03-14T09:26:53Z");
let server: TestServer;

const otherClient = { id: "wiki", secret: "wiki-secret-0123456789" };

async function start(expiry = "", client = ""): Promise<void> {
  server = await startTestServer({
    yaml: `
storage: { type: memory }
oauth2: { skipApprovalScreen: true }
${expiry}
${photosYaml}${client}
  - { id: ${otherClient.id}, name: Wiki, secret: ${otherClient.secret}, redirectURIs: ["https://wiki.example.com/cb"] }
${robinYaml}`,
    parts: { clock: () => now },
  });
}

async function logInOnce(): Promise<string> {
  const { status, body } = await obtainTokens(server);
  expect(status).toBe(200);
  return String(body["refresh_token"]);
}

function outcome({ status, body }: TokenReply): unknown {
  return status === 200 ? body["refresh_token"] : [status, body["error"]];
}

/** The same family, another secret. */
function withSecret(token: string, secret: string): string {
  return encodePair({ first: decodePair(token)?.first ?? "", second: secret });
}

const invalidGrant = [400, "invalid_grant"];

beforeEach(() => {
  now = Date.parse("2026-03-14T09:26:53Z");
});

afterEach(async () => {
  await server.stop();
});

describe("refresh table, rotation on (RFC 6749 §6, RFC 9700 §4.14)", () => {
  it("refuses an unknown id and text that is no token with invalid_grant", async () => {
    await start();
    expect(outcome(await refresh(server, encodePair({ first: "unknown", second: "x" })))).toEqual(invalidGrant);
    expect(outcome(await refresh(server, "not a token"))).toEqual(invalidGrant);
  });

  it("refuses another client's token and changes nothing", async () => {
    await start();
    const token = await logInOnce();
    const stolen = await post(server, "/token", { grant_type: "refresh_token", refresh_token: token }, otherClient);
    expect(outcome(stolen)).toEqual(invalidGrant);
    expect((await refresh(server, token)).status).toBe(200);
  });

  it("always gives a new refresh token for the current one", async () => {
    await start();
    const first = await logInOnce();
    const next = outcome(await refresh(server, first));
    now += hour;
    const third = outcome(await refresh(server, next));
    expect(new Set([first, next, third]).size).toBe(3);
    expect(decodePair(String(third))?.first).toBe(decodePair(first)?.first);
  });

  it("answers a superseded token inside the reuse interval with the current one, without a rotation", async () => {
    await start();
    const first = await logInOnce();
    const next = outcome(await refresh(server, first));
    now += 30 * second;
    const replay = await refresh(server, first);
    expect(outcome(replay)).toBe(next);
    expect(replay.body["access_token"]).toBeDefined();
    expect(outcome(await refresh(server, first))).toBe(next);
  });

  it("leads from an old token to the current one over several rotations", async () => {
    await start();
    const first = await logInOnce();
    const next = outcome(await refresh(server, first));
    now += 10 * second;
    const third = outcome(await refresh(server, next));
    now += 10 * second;
    expect(outcome(await refresh(server, first))).toBe(third);
    expect(outcome(await refresh(server, next))).toBe(third);
  });

  it("revokes the grant when a token comes that was superseded before the reuse interval", async () => {
    await start();
    const first = await logInOnce();
    const reply = await refresh(server, first);
    now += 30 * second + 1;
    expect(outcome(await refresh(server, first))).toEqual(invalidGrant);
    expect(outcome(await refresh(server, reply.body["refresh_token"]))).toEqual(invalidGrant);
    const userinfo = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${reply.body["access_token"]}` },
    });
    expect(userinfo.status).toBe(401);
    expect(server.events().map((event) => event["event"])).toEqual(
      expect.arrayContaining(["refresh.reuse-detected", "grant.revoked"]),
    );
  });

  it("revokes the grant for any other secret with a known id", async () => {
    await start();
    const token = await logInOnce();
    expect(outcome(await refresh(server, withSecret(token, "guessed")))).toEqual(invalidGrant);
    expect(outcome(await refresh(server, token))).toEqual(invalidGrant);
  });

  it("ends a family that was unused for validIfNotUsedFor, and not a moment before", async () => {
    await start("expiry: { refreshTokens: { validIfNotUsedFor: 24h } }");
    const first = await logInOnce();
    now += day;
    const next = outcome(await refresh(server, first));
    now += day + 1;
    expect(outcome(await refresh(server, next))).toEqual(invalidGrant);
  });

  it("ends a family at its absolute lifetime, however often it was used", async () => {
    await start("expiry: { refreshTokens: { absoluteLifetime: 48h } }");
    let token: unknown = await logInOnce();
    for (let hours = 0; hours < 48; hours += 12) {
      now += 12 * hour;
      token = outcome(await refresh(server, token));
    }
    now += 1;
    expect(outcome(await refresh(server, token))).toEqual(invalidGrant);
  });

  it("judges lifetimes before secrets: a wrong secret of an expired family revokes nothing", async () => {
    await start("expiry: { refreshTokens: { validIfNotUsedFor: 1h } }");
    const token = await logInOnce();
    now += 2 * hour;
    expect(outcome(await refresh(server, withSecret(token, "guessed")))).toEqual(invalidGrant);
    expect(server.events().some((event) => event["event"] === "refresh.reuse-detected")).toBe(false);
  });

  it("keeps a family for weeks while it is used", async () => {
    await start();
    let token: unknown = await logInOnce();
    for (let days = 0; days < 120; days += 20) {
      now += 20 * day;
      token = outcome(await refresh(server, token));
      expect(token).toBeTypeOf("string");
    }
  });

  it("with reuseInterval 0 refuses the loser of a race without revoking, and revokes a later replay", async () => {
    await start('expiry: { refreshTokens: { reuseInterval: "0" } }');
    const first = await logInOnce();
    const next = outcome(await refresh(server, first));
    now += 999;
    expect(outcome(await refresh(server, first))).toEqual(invalidGrant);
    const third = outcome(await refresh(server, next));
    expect(third).toBeTypeOf("string");
    now += 2 * second;
    expect(outcome(await refresh(server, next))).toEqual(invalidGrant);
    expect(outcome(await refresh(server, third))).toEqual(invalidGrant);
  });
});

describe("refresh table, rotation off", () => {
  const rotationOff = "expiry: { refreshTokens: { disableRotation: true, validIfNotUsedFor: 24h } }";

  it("gives the same token again and advances last-used", async () => {
    await start(rotationOff);
    const token = await logInOnce();
    for (let days = 0; days < 5; days++) {
      now += 20 * hour;
      expect(outcome(await refresh(server, token))).toBe(token);
    }
    now += day + 1;
    expect(outcome(await refresh(server, token))).toEqual(invalidGrant);
  });

  it("refuses any other secret but leaves the grant alone, with an event", async () => {
    await start(rotationOff);
    const token = await logInOnce();
    expect(outcome(await refresh(server, withSecret(token, "guessed")))).toEqual(invalidGrant);
    expect(outcome(await refresh(server, token))).toBe(token);
    expect(server.events().find((event) => event["event"] === "refresh.reuse-detected")?.["revoked"]).toBe(false);
  });

  it("follows a client's own policy key by key", async () => {
    await start(
      "expiry: { refreshTokens: { absoluteLifetime: 1h } }",
      "    refreshTokens: { disableRotation: true }\n",
    );
    const token = await logInOnce();
    expect(outcome(await refresh(server, token))).toBe(token);
    now += hour + 1;
    expect(outcome(await refresh(server, token))).toEqual(invalidGrant);
  });
});

describe("what a refresh answers (OpenID Connect Core §12.2)", () => {
  it("keeps sub, aud and auth_time, drops nonce and renews iat and at_hash", async () => {
    await start();
    const login = await obtainTokens(server);
    now += hour;
    const later = await refresh(server, login.body["refresh_token"]);
    const before = readClaims(login.body["id_token"]);
    const after = readClaims(later.body["id_token"]);
    expect(after).toMatchObject({
      iss: server.issuer,
      sub: before["sub"],
      aud: photos.id,
      auth_time: before["auth_time"],
    });
    expect(before["nonce"]).toBe("nonce-1");
    expect(after["nonce"]).toBeUndefined();
    expect(after["iat"]).toBe(Number(before["iat"]) + 3_600);
    expect(later.body).toMatchObject({ token_type: "Bearer", expires_in: 86_400 });
    expect(later.headers.get("cache-control")).toBe("no-store");
  });

  it("narrows scopes for one answer and never widens them (RFC 6749 §6)", async () => {
    await start();
    const login = await obtainTokens(server, { scope: "openid email offline_access" });
    const narrow = await refresh(server, login.body["refresh_token"], { scope: "openid" });
    expect(readClaims(narrow.body["id_token"])["email"]).toBeUndefined();
    const wide = await refresh(server, narrow.body["refresh_token"], { scope: "openid groups" });
    expect([wide.status, wide.body["error"]]).toEqual([400, "invalid_scope"]);
    const whole = await refresh(server, narrow.body["refresh_token"]);
    expect(readClaims(whole.body["id_token"])["email"]).toBe("robin@example.com");
  });

  it("leaves out the ID token when openid was narrowed away", async () => {
    await start();
    const token = await logInOnce();
    const narrow = await refresh(server, token, { scope: "offline_access" });
    expect(narrow.body["id_token"]).toBeUndefined();
    expect(narrow.body["access_token"]).toBeTypeOf("string");
  });

  it("keeps several devices of one person alive side by side, and lets the least recently used go beyond the limit", async () => {
    await start("expiry: { refreshTokens: { maxPerUserAndClient: 2 } }");
    const laptop = await logInOnce();
    now += second;
    const phone = await logInOnce();
    now += second;
    const newLaptop = outcome(await refresh(server, laptop));
    now += second;
    const tablet = await logInOnce();
    expect(outcome(await refresh(server, phone))).toEqual(invalidGrant);
    expect((await refresh(server, newLaptop)).status).toBe(200);
    expect((await refresh(server, tablet)).status).toBe(200);
  });

  it("gives one rotation and one successor to 50 parallel refreshes of one token", async () => {
    await start();
    const token = await logInOnce();
    const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(server, token)));
    expect(new Set(replies.map(outcome)).size).toBe(1);
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    const outcomes = server
      .events()
      .filter((event) => event["event"] === "token.refreshed")
      .map((event) => event["outcome"]);
    expect(outcomes.filter((name) => name === "rotated")).toHaveLength(1);
    expect(outcomes.filter((name) => name === "replayed")).toHaveLength(49);
  });
});
