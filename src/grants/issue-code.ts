import type { CodeChallenge } from "../oidc/pkce.js";
import type { Clock } from "../platform/clock.js";
import { encodePair } from "../platform/encoding.js";
import { keyedHash, sha256 } from "../platform/hashing.js";
import { createTokenSecret, type Random } from "../platform/random.js";
import { type Grant, grantKey } from "../records/grant.js";
import type { Identity } from "../records/identity.js";
import type { Collection } from "../storage/collection.js";

/** What a person agreed to, at the end of a flow. */
export interface Consent {
  /** Id of the flow: the grant's id derives from it, so that one flow can never make two grants. */
  readonly flowId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly nonce?: string;
  readonly codeChallenge?: CodeChallenge;
  readonly connectorId: string;
  readonly identity: Identity;
  readonly upstream?: string;
  readonly authenticatedAt: number;
}

export interface CodeIssuerOptions {
  readonly grants: Collection<Grant>;
  readonly clock: Clock;
  readonly random: Random;
  readonly codeLifetimeMs: number;
}

/** Stores the grant and returns its code: base64url of `{1: id, 2: secret}`. Undefined: this flow has given its code. */
export type IssueCode = (consent: Consent) => Promise<string | undefined>;

export function createCodeIssuer(options: CodeIssuerOptions): IssueCode {
  return async (consent) => {
    const { flowId, codeChallenge, redirectUri, ...granted } = consent;
    const id = keyedHash(flowId, "grant").slice(0, 22);
    const secret = createTokenSecret(options.random);
    const now = options.clock();
    const expiresAt = now + options.codeLifetimeMs;
    const grant: Grant = {
      ...granted,
      createdAt: now,
      code: {
        hash: sha256(secret),
        redirectUri,
        expiresAt,
        ...(codeChallenge !== undefined && { challenge: codeChallenge }),
      },
      endsAt: expiresAt,
    };
    const isFirst = await options.grants.insert(grantKey(id), grant);
    return isFirst ? encodePair({ first: id, second: secret }) : undefined;
  };
}
