import { randomUUID } from "node:crypto";
import type { Signer, SigningKey } from "../keys/signer.js";
import { createAudienceClaims, createIdentityClaims } from "../oidc/claims.js";
import { createSubject } from "../oidc/subject.js";
import { createTokenHash } from "../oidc/token-hash.js";
import type { Clock } from "../platform/clock.js";
import { createId, type Random } from "../platform/random.js";
import type { Identity } from "../records/identity.js";

export interface Mint {
  /** Signs an access token and, with the scope `openid`, an ID token. Stores nothing. */
  mint(facts: TokenFacts): Promise<MintedTokens>;
}

export interface TokenFacts {
  /** Key of the grant's row: the first half of the access token's `jti`, so that a revocation is seen at once. */
  readonly grantKey: string;
  readonly clientId: string;
  readonly connectorId: string;
  readonly identity: Identity;
  readonly scopes: readonly string[];
  /** Epoch ms. */
  readonly authenticatedAt: number;
  /** Only in the answer to a code: a refresh does not repeat it (OpenID Connect Core §12.2). */
  readonly nonce?: string;
  /** The code this answers, for `c_hash`. */
  readonly code?: string;
}

export interface MintedTokens {
  readonly accessToken: string;
  readonly idToken?: string;
  readonly expiresInSeconds: number;
}

export interface MintOptions {
  readonly signer: Signer;
  readonly issuer: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Life of both tokens. */
  readonly lifetimeMs: number;
}

export function createMint(options: MintOptions): Mint {
  const lifetimeSeconds = Math.floor(options.lifetimeMs / 1_000);
  return {
    async mint(facts) {
      const key = options.signer.current();
      const issuedAt = Math.floor(options.clock() / 1_000);
      const times = { exp: issuedAt + lifetimeSeconds, iat: issuedAt };
      const shared = { iss: options.issuer, sub: createSubject(facts.identity.userId, facts.connectorId) };
      const person = createIdentityClaims(facts.identity, facts.scopes, facts.connectorId);
      const audience = createAudienceClaims(facts.clientId, facts.scopes);
      const accessToken = await key.sign({
        ...shared,
        ...audience,
        ...times,
        jti: `${facts.grantKey}.${createId(options.random)}`,
        client_id: facts.clientId,
        scope: facts.scopes.join(" "),
        auth_time: Math.floor(facts.authenticatedAt / 1_000),
        ...person,
      });
      if (!facts.scopes.includes("openid")) return { accessToken, expiresInSeconds: lifetimeSeconds };
      // The ID token names the finished access token (`at_hash`), so the two can't be signed side by side.
      const proof = { jti: randomUUID(), ...createProofClaims(key, facts, accessToken) };
      const idToken = await key.sign({ ...shared, ...audience, ...times, ...proof, ...person });
      return { accessToken, idToken, expiresInSeconds: lifetimeSeconds };
    },
  };
}

/** Claims that tie the ID token to its request, login and companions (OpenID Connect Core §2, §3.1.3.6, §3.3.2.11). */
function createProofClaims(key: SigningKey, facts: TokenFacts, accessToken: string): Record<string, unknown> {
  return {
    ...(facts.nonce !== undefined && { nonce: facts.nonce }),
    auth_time: Math.floor(facts.authenticatedAt / 1_000),
    at_hash: createTokenHash(key.algorithm, accessToken),
    ...(facts.code !== undefined && { c_hash: createTokenHash(key.algorithm, facts.code) }),
  };
}
