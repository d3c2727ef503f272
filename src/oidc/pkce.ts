import { isSameText, sha256 } from "../platform/hashing.js";
import { OAuthError } from "./oauth-error.js";

export type ChallengeMethod = "S256" | "plain";

export interface CodeChallenge {
  readonly challenge: string;
  readonly method: ChallengeMethod;
}

export interface PkceRules {
  readonly enforce: boolean;
  readonly methods: readonly ChallengeMethod[];
}

/** Unreserved characters only, at most 128 (RFC 7636 §4.1). The lower bound of 43 is left to clients, as Dex leaves it. */
const codeText = /^[A-Za-z0-9._~-]{1,128}$/;

/** Reads `code_challenge` and its method at the authorization endpoint (RFC 7636 §4.3; `plain` where no method is named). */
export function parseChallenge(
  challenge: string | undefined,
  method: string | undefined,
  rules: PkceRules,
): CodeChallenge | undefined {
  if (challenge === undefined) {
    if (rules.enforce)
      throw new OAuthError("invalid_request", "PKCE is required: the parameter code_challenge is missing.");
    if (method !== undefined)
      throw new OAuthError("invalid_request", "code_challenge_method was sent without code_challenge.");
    return undefined;
  }
  const known = rules.methods.find((allowed) => allowed === (method ?? "plain"));
  if (known === undefined) {
    throw new OAuthError(
      "invalid_request",
      `Unsupported PKCE challenge method; supported: ${rules.methods.join(", ")}.`,
    );
  }
  if (!codeText.test(challenge) || (known === "S256" && challenge.length !== 43)) {
    throw new OAuthError("invalid_request", "The parameter code_challenge is malformed.");
  }
  return { challenge, method: known };
}

/**
 * Checks a verifier against the challenge bound to the code (RFC 7636 §4.6). A verifier without a challenge is refused
 * too: somebody has stripped the challenge on its way (RFC 9700 §2.1.1, PKCE downgrade).
 */
export function checkVerifier(
  challenge: CodeChallenge | undefined,
  verifier: string | undefined,
): OAuthError | undefined {
  if (challenge === undefined) {
    return verifier === undefined
      ? undefined
      : new OAuthError("invalid_grant", "code_verifier was sent, but the code was issued without code_challenge.");
  }
  if (verifier === undefined) return new OAuthError("invalid_grant", "code_verifier is missing.");
  const expected = challenge.method === "S256" ? sha256(verifier) : verifier;
  const matches = codeText.test(verifier) && isSameText(expected, challenge.challenge);
  return matches ? undefined : new OAuthError("invalid_grant", "code_verifier does not match.");
}
