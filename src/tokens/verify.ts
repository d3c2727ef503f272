import * as z from "zod";
import type { Verifier } from "../keys/signer.js";
import type { Clock } from "../platform/clock.js";

/** What an access token of ours says, as far as we act on it. */
export interface AccessTokenClaims {
  readonly tokenId: string;
  readonly grantKey: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

const Payload = z.object({
  iss: z.string(),
  exp: z.number(),
  // `<grant row key>.<random>`: ID tokens and foreign tokens of ours have other ids and are no bearer tokens.
  jti: z.string().regex(/^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/),
  client_id: z.string(),
  scope: z.string(),
});

/**
 * Verifies an access token of this issuer: signature, issuer, expiry (no leeway: the clock is our own). Undefined for
 * anything else. Whether the grant still lives is the caller's next question.
 */
export async function verifyAccessToken(
  verifier: Verifier,
  token: string,
  expected: { readonly issuer: string; readonly clock: Clock },
): Promise<AccessTokenClaims | undefined> {
  const payload = Payload.safeParse(await verifier.verify(token));
  if (!payload.success) return undefined;
  const { iss, exp, jti, client_id: clientId, scope } = payload.data;
  if (iss !== expected.issuer || expected.clock() >= exp * 1_000) return undefined;
  return {
    tokenId: jti,
    grantKey: jti.slice(0, 43),
    clientId,
    scopes: scope === "" ? [] : scope.split(" "),
    expiresAt: exp * 1_000,
  };
}
