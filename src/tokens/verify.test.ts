import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSigningCollection } from "../../test/support/key-store.js";
import { type LocalKeys, openLocalKeys } from "../keys/local-keys.js";
import { sha256 } from "../platform/hashing.js";
import { createSystemRandom } from "../platform/random.js";
import { createMint, type MintedTokens } from "./mint.js";
import { type AccessTokenClaims, verifyAccessToken } from "./verify.js";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 1);
const issuer = "https://id.example.com/dex";
const grantKey = sha256("grant");

function openKeys(): Promise<LocalKeys> {
  return openLocalKeys({
    collection: createSigningCollection(),
    clock: () => start,
    algorithm: "ES256",
    rotationPeriodMs: 6 * hour,
    tokenLifetimeMs: hour,
    report: () => undefined,
    onFailure: () => undefined,
  });
}

const keys = await openKeys();

function mint(signer: LocalKeys = keys): Promise<MintedTokens> {
  return createMint({ signer, issuer, clock: () => start, random: createSystemRandom(), lifetimeMs: hour }).mint({
    grantKey,
    clientId: "app",
    connectorId: "github",
    identity: { userId: "u1", username: "", preferredUsername: "", email: "", emailVerified: false, groups: [] },
    scopes: ["openid", "email"],
    authenticatedAt: start,
  });
}

function verify(token: string, now = start, expected = issuer): Promise<AccessTokenClaims | undefined> {
  return verifyAccessToken(keys, token, { issuer: expected, clock: () => now });
}

const { accessToken, idToken = "" } = await mint();

describe("verifyAccessToken", () => {
  it("says whose token it is, for what and until when", async () => {
    expect(await verify(accessToken)).toEqual({
      tokenId: expect.stringMatching(/^[\w-]{43}\.[\w-]{22}$/),
      grantKey,
      clientId: "app",
      scopes: ["openid", "email"],
      expiresAt: start + hour,
    });
  });

  it("ends with the instant of exp, without leeway", async () => {
    expect(await verify(accessToken, start + hour - 1)).toBeDefined();
    expect(await verify(accessToken, start + hour)).toBeUndefined();
  });

  it("refuses an ID token: it is no bearer token (RFC 9700 §4.8)", async () => {
    expect(await verify(idToken)).toBeUndefined();
  });

  it("refuses a token of another issuer, also one that differs in a slash", async () => {
    expect(await verify(accessToken, start, `${issuer}/`)).toBeUndefined();
  });

  it("refuses a token that other keys signed", async () => {
    expect(await verify((await mint(await openKeys())).accessToken)).toBeUndefined();
  });

  it("refuses what was changed after signing, alg none (security case 54) and what is no token", async () => {
    const [header = "", payload = "", signature = ""] = accessToken.split(".");
    const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), scope: "openid groups" };
    const changed = Buffer.from(JSON.stringify(claims)).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const forged = [`${header}.${changed}.${signature}`, `${none}.${payload}.`, `${none}.${payload}.${signature}`];
    for (const token of [...forged, `${header}.${payload}`, "", "..", "x".repeat(100_000), grantKey]) {
      expect(await verify(token)).toBeUndefined();
    }
  });

  it("refuses a token of ours with another kind of id or without client or scope", async () => {
    const claims = {
      iss: issuer,
      exp: start / 1_000 + 3_600,
      jti: `${grantKey}.${"a".repeat(22)}`,
      client_id: "app",
      scope: "",
    };
    expect(await verify(await keys.current().sign(claims))).toMatchObject({ scopes: [] });
    for (const change of [
      { jti: grantKey },
      { jti: undefined },
      { client_id: undefined },
      { scope: 1 },
      { exp: undefined },
    ]) {
      expect(await verify(await keys.current().sign({ ...claims, ...change }))).toBeUndefined();
    }
  });
});

describe("any payload that our own keys have signed", () => {
  it("is the claims of an access token or nothing, never a fault", async () => {
    const good = {
      iss: issuer,
      exp: start / 1_000 + 60,
      jti: `${grantKey}.${"a".repeat(22)}`,
      client_id: "app",
      scope: "openid",
    };
    const member = fc.constantFrom(...Object.keys(good));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.constant(undefined)),
        member,
        fc.boolean(),
        async (value, name, isWhole) => {
          const payload = isWhole ? value : { ...good, [name]: value };
          const signed = { verify: () => Promise.resolve(payload as Record<string, unknown> | undefined) };
          const found = await verifyAccessToken(signed, "", { issuer, clock: () => start });
          if (found === undefined) return;
          expect(found.grantKey).toBe(grantKey);
          expect(found.expiresAt).toBeGreaterThan(start);
        },
      ),
      { numRuns: 500 },
    );
  });
});
