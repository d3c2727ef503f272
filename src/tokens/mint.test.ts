import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createSigningCollection } from "../../test/support/key-store.js";
import { type LocalKeys, openLocalKeys } from "../keys/local-keys.js";
import { type SigningAlgorithm, signingAlgorithms } from "../oidc/signing-algorithm.js";
import { createTokenHash } from "../oidc/token-hash.js";
import { sha256 } from "../platform/hashing.js";
import { createSystemRandom } from "../platform/random.js";
import { createMint, type MintedTokens, type TokenFacts } from "./mint.js";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 1) + 999;
const issuer = "https://id.example.com/dex";
const keysBy = new Map<SigningAlgorithm, LocalKeys>();

const facts: TokenFacts = {
  grantKey: sha256("grant"),
  clientId: "app",
  connectorId: "github",
  identity: {
    userId: "2342749",
    username: "Jane Doe",
    preferredUsername: "jane",
    email: "jane@example.com",
    emailVerified: true,
    groups: ["staff"],
  },
  scopes: ["openid", "email"],
  authenticatedAt: start - hour,
};

beforeAll(async () => {
  for (const algorithm of signingAlgorithms) {
    const keys = await openLocalKeys({
      collection: createSigningCollection(),
      clock: () => start,
      algorithm,
      rotationPeriodMs: 6 * hour,
      tokenLifetimeMs: 24 * hour,
      report: () => undefined,
      onFailure: () => undefined,
    });
    keysBy.set(algorithm, keys);
  }
});

function mint(changes: Partial<TokenFacts> = {}, algorithm: SigningAlgorithm = "ES256"): Promise<MintedTokens> {
  const signer = keysBy.get(algorithm);
  if (signer === undefined) throw new Error("no keys");
  const options = { signer, issuer, clock: () => start, random: createSystemRandom(), lifetimeMs: 24 * hour };
  return createMint(options).mint({ ...facts, ...changes });
}

async function mintClaims(changes: Partial<TokenFacts> = {}): Promise<{ access: object; id: object }> {
  const { accessToken, idToken } = await mint(changes);
  return { access: decodeJwt(accessToken), id: decodeJwt(idToken ?? "") };
}

const common = {
  iss: issuer,
  sub: "CgcyMzQyNzQ5EgZnaXRodWI",
  aud: "app",
  iat: Math.floor(start / 1_000),
  exp: Math.floor(start / 1_000) + 86_400,
  auth_time: Math.floor((start - hour) / 1_000),
  email: "jane@example.com",
  email_verified: true,
};

describe("an ID token (dex-behaviour §5.2)", () => {
  it("holds exactly the claims of its scopes, in whole seconds", async () => {
    const { id } = await mintClaims({ nonce: "n" });
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(id).toEqual({ ...common, nonce: "n", jti: expect.stringMatching(uuid), at_hash: expect.any(String) });
  });

  it("has no nonce where none was sent: a refresh repeats none (OpenID Connect Core §12.2)", async () => {
    expect((await mintClaims()).id).not.toHaveProperty("nonce");
  });

  it("names peers as audience and the client as azp (dex-behaviour §5.5)", async () => {
    const scopes = ["openid", "audience:server:client_id:peer"];
    const { id, access } = await mintClaims({ scopes });
    for (const claims of [id, access]) expect(claims).toMatchObject({ aud: ["peer", "app"], azp: "app" });
  });

  it("comes with the scope openid alone", async () => {
    expect(await mint({ scopes: ["email"] })).not.toHaveProperty("idToken");
  });

  it.each(signingAlgorithms)(
    "signed with %s names its access token and code by their hashes (dex-behaviour §5.4)",
    async (algorithm) => {
      const { accessToken, idToken = "" } = await mint({ code: "the code" }, algorithm);
      expect(decodeJwt(idToken)).toMatchObject({
        at_hash: createTokenHash(algorithm, accessToken),
        c_hash: createTokenHash(algorithm, "the code"),
      });
      expect(await keysBy.get(algorithm)?.verify(idToken)).toEqual(decodeJwt(idToken));
    },
  );
});

describe("an access token", () => {
  it("holds the claims of the person, client and scope, and nothing that proves a login (DESIGN wall 4)", async () => {
    const { access } = await mintClaims({ nonce: "n", code: "c" });
    const jti = expect.stringMatching(new RegExp(`^${facts.grantKey}\\.[\\w-]{22}$`));
    expect(access).toEqual({ ...common, jti, client_id: "app", scope: "openid email" });
  });

  it("has an id of its own each time", async () => {
    const ids = await Promise.all([mint(), mint()].map(async (minted) => decodeJwt((await minted).accessToken).jti));
    expect(new Set(ids).size).toBe(2);
  });
});

describe("both tokens", () => {
  it("live as long as the answer says", async () => {
    expect((await mint()).expiresInSeconds).toBe(86_400);
  });

  it("leave out what the scopes do not open", async () => {
    const { access, id } = await mintClaims({ scopes: ["openid"] });
    for (const claims of [access, id]) {
      for (const name of ["email", "email_verified", "groups", "name", "preferred_username", "federated_claims"]) {
        expect(claims).not.toHaveProperty(name);
      }
    }
  });
});
