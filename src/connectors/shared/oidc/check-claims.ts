import { createHash } from "node:crypto";
import * as z from "zod";
import { isSameText } from "../../../platform/hashing.js";
import { InvalidTokenError } from "./invalid-token.js";
import type { SignedClaims } from "./signed-token.js";

/** What an ID token must be to be believed. */
export interface TokenExpectations {
  /** Every spelling of the issuer that is taken. */
  readonly issuers: readonly string[];
  /** Clients that the token may be meant for. Undefined: whoever. */
  readonly audiences: readonly string[] | undefined;
  readonly now: number;
  /** The one that was sent. Undefined: none was. */
  readonly nonce?: string | undefined;
  /** The access token that came along. */
  readonly accessToken?: string | undefined;
  /** Somebody brought the token, and not the provider in its answer to our code. */
  readonly isBrought?: boolean;
  /** It is no ID token, and need not be one. */
  readonly isAccessToken?: boolean;
}

const Seconds = z.number().transform((seconds) => seconds * 1_000);
const Standard = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.array(z.string()), z.string().transform((one) => [one])]),
  azp: z.string().optional(),
  exp: Seconds,
  nbf: Seconds.optional(),
  iat: Seconds.optional(),
  nonce: z.string().optional(),
  at_hash: z.string().optional(),
  events: z.unknown().optional(),
  typ: z.unknown().optional(),
});
type Standard = z.infer<typeof Standard>;

/** Our clock and the provider's may differ a little. */
const skewMs = 60_000;
/** A token from the future is no danger but a clock that is wrong: as patient as Dex. */
const earlyMs = 300_000;

/** The checks of OpenID Connect Core section 3.1.3.7 behind the signature. Throws with what is wrong, never with a value. */
export function checkClaims(
  { claims, algorithm }: SignedClaims,
  expected: TokenExpectations,
): { readonly sub: string } {
  const { data: standard, error } = Standard.safeParse(claims);
  if (standard === undefined) {
    throw new InvalidTokenError(`the token holds no usable ${String(error.issues[0]?.path[0] ?? "claims")}`);
  }
  if (!expected.issuers.includes(standard.iss)) throw new InvalidTokenError("the token is of another issuer");
  if (expected.isAccessToken !== true) requireIdToken(standard);
  checkAudience(standard, expected);
  checkTimes(standard, expected.now);
  if (expected.nonce !== undefined) checkNonce(standard.nonce, expected.nonce);
  if (standard.at_hash !== undefined && expected.accessToken !== undefined) {
    checkAccessTokenHash(standard.at_hash, expected.accessToken, algorithm);
  }
  return { sub: standard.sub };
}

/**
 * A provider signs other tokens with the same keys (RFC 8725 section 3.11): logout tokens and security events have `events`,
 * and Keycloak says in `typ` what a token is for.
 */
function requireIdToken({ events, typ }: Standard): void {
  const isOther = typeof typ === "string" && /^(bearer|refresh|offline|logout)$/i.test(typ);
  if (events !== undefined || isOther) throw new InvalidTokenError("the token is no ID token");
}

function checkAudience({ aud, azp }: Standard, { audiences, isBrought = false }: TokenExpectations): void {
  if (audiences === undefined) return;
  if (!aud.some((each) => audiences.includes(each)))
    throw new InvalidTokenError("the token is meant for another client");
  // With several audiences the client that it was issued to must be ours too (steps 4 and 5). What the provider answers our
  // code with was issued to us, whatever it calls us there; a token that somebody brings must not be another client's.
  const mustSay = aud.length > 1;
  if (azp === undefined ? mustSay : (mustSay || isBrought) && !audiences.includes(azp)) {
    throw new InvalidTokenError("the token was issued to another client, or does not say to whom (azp)");
  }
}

function checkTimes({ exp, nbf, iat }: Standard, now: number): void {
  if (exp + skewMs <= now) throw new InvalidTokenError("the token is over (exp)");
  if (nbf !== undefined && nbf - earlyMs > now) throw new InvalidTokenError("the token is not valid yet (nbf)");
  if (iat !== undefined && iat - earlyMs > now) throw new InvalidTokenError("the token is from the future (iat)");
}

/** Core section 3.1.3.7 step 11: it must be there when one was sent, or a token of another login could be slipped in. */
function checkNonce(found: string | undefined, sent: string): void {
  if (found === undefined) throw new InvalidTokenError("the token holds no nonce, though one was sent");
  if (!isSameText(found, sent)) throw new InvalidTokenError("the token is of another login (nonce)");
}

/** Core section 3.1.3.6: the left half of a hash of the size of the signature's. */
function checkAccessTokenHash(hash: string, accessToken: string, algorithm: string): void {
  const size = algorithm.startsWith("Ed") ? "512" : algorithm.slice(-3);
  const digest = createHash(`sha${size}`).update(accessToken).digest();
  if (!isSameText(hash, digest.subarray(0, digest.length / 2).toString("base64url"))) {
    throw new InvalidTokenError("the access token is not the one of the ID token (at_hash)");
  }
}
