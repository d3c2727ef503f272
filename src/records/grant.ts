import * as z from "zod";
import { hashParts, isSameText, sha256 } from "../platform/hashing.js";
import type { RefreshPolicy } from "./client.js";
import { Identity } from "./identity.js";
import type { RecordKind } from "./kind.js";
import {
  type Candidate,
  createRefreshFamily,
  familyEndsAt,
  judgeSecret,
  RefreshFamily,
  type RefreshVerdict,
  rotateSecret,
  touchFamily,
} from "./refresh-family.js";

const Code = z.object({
  /** SHA-256 of the secret half of the code. */
  hash: z.string(),
  redirectUri: z.string(),
  challenge: z.object({ challenge: z.string(), method: z.enum(["S256", "plain"]) }).optional(),
  expiresAt: z.number(),
  redeemedAt: z.number().optional(),
});

/**
 * The central record: everything that one consent allowed. It owns the code, the refresh family and their revocation.
 * Its key is the SHA-256 of an id that stands inside codes and refresh tokens and is stored nowhere.
 */
export const Grant = z.object({
  clientId: z.string(),
  connectorId: z.string(),
  /** Key of the upstream grant, where the connector can be asked again. */
  upstream: z.string().optional(),
  identity: Identity,
  scopes: z.array(z.string()).readonly(),
  nonce: z.string().optional(),
  authenticatedAt: z.number(),
  createdAt: z.number(),
  code: Code,
  refresh: RefreshFamily.optional(),
  revokedAt: z.number().optional(),
  /** Epoch ms after which nothing needs this row any more; undefined: it lives until it is revoked. */
  endsAt: z.number().optional(),
});
export type Grant = z.infer<typeof Grant>;

export const grantKind: RecordKind<Grant> = {
  name: "grant",
  schema: Grant,
  expiresAt: (grant) => grant.endsAt,
  // Only families count against `maxPerUserAndClient`, so only they are listed.
  indexes: {
    family: (grant) =>
      grant.refresh === undefined || grant.revokedAt !== undefined
        ? undefined
        : familyIndex(grant.clientId, grant.connectorId, grant.identity.userId),
  },
  sealed: [],
};

/** Index value of all refresh families of one person at one client. Hashed: index values are stored in clear. */
export function familyIndex(clientId: string, connectorId: string, userId: string): string {
  return hashParts("grant family", clientId, connectorId, userId).slice(0, 22);
}

/** Key of the row for the id that a code or refresh token carries. */
export function grantKey(id: string): string {
  return sha256(id);
}

/** What a redemption asks for, checked in this order. */
export interface Redemption {
  readonly clientId: string;
  readonly secret: string;
  readonly now: number;
}

export type CodeVerdict = "ok" | "unknown" | "replayed" | "expired";

/** Judges a code. `unknown` covers another client's code and a wrong secret: nothing may be learnt or changed by those. */
export function judgeCode(grant: Grant, ask: Redemption): CodeVerdict {
  if (grant.clientId !== ask.clientId || !isSameText(sha256(ask.secret), grant.code.hash)) return "unknown";
  // A second use at any later time tells that the code was stolen (RFC 6749 §4.1.2): even one past its expiry.
  if (grant.code.redeemedAt !== undefined) return "replayed";
  if (grant.revokedAt !== undefined) return "unknown";
  return ask.now > grant.code.expiresAt ? "expired" : "ok";
}

/** Marks the code as used and, where `refreshSecret` is given, starts the refresh family in the same step. */
export function redeemCode(
  grant: Grant,
  use: {
    readonly now: number;
    readonly tokenLifetimeMs: number;
    readonly refreshSecret?: string;
    readonly policy: RefreshPolicy;
  },
): Grant {
  const code = { ...grant.code, redeemedAt: use.now };
  if (use.refreshSecret === undefined) return withEnd({ ...grant, code }, use.now + use.tokenLifetimeMs);
  const refresh = createRefreshFamily(use.refreshSecret, use.now);
  return withEnd({ ...grant, code, refresh }, endOf(refresh, use.policy, use.now + use.tokenLifetimeMs));
}

export type GrantVerdict = RefreshVerdict | { readonly verdict: "revoked" } | { readonly verdict: "other-client" };

/** One row of the refresh table for this grant: another client, lifetimes, secret. */
export function judgeRefresh(grant: Grant, ask: Redemption, policy: RefreshPolicy): GrantVerdict {
  if (grant.clientId !== ask.clientId) return { verdict: "other-client" };
  if (grant.revokedAt !== undefined || grant.refresh === undefined) return { verdict: "revoked" };
  return judgeSecret(grant.refresh, ask.secret, policy, ask.now);
}

/** One use of a refresh token, with everything drawn beforehand that the storage step needs. */
export interface RefreshUse extends Redemption {
  readonly candidate: Candidate;
  readonly policy: RefreshPolicy;
  readonly tokenLifetimeMs: number;
  /** Who the person is now. */
  readonly identity: Identity;
}

/** The grant after its current secret was used; rotates where the policy says so. */
export function advanceRefresh(grant: Grant, use: RefreshUse): Grant {
  if (grant.refresh === undefined) return grant;
  const refresh = use.policy.rotation
    ? rotateSecret(grant.refresh, use.secret, use.candidate, use.policy, use.now)
    : touchFamily(grant.refresh, use.policy, use.now);
  return withEnd(
    { ...grant, identity: use.identity, refresh },
    endOf(refresh, use.policy, use.now + use.tokenLifetimeMs),
  );
}

/** Ends the grant: its secrets go, the row stays until the last access token has expired. */
export function revokeGrant(grant: Grant, now: number, tokenLifetimeMs: number): Grant {
  const { refresh: _dropped, ...rest } = grant;
  return withEnd({ ...rest, revokedAt: grant.revokedAt ?? now }, now + tokenLifetimeMs);
}

/** The row outlives the family by the life of its last access token: userinfo asks for the row. */
function endOf(refresh: RefreshFamily, policy: RefreshPolicy, tokensEndAt: number): number | undefined {
  const familyEnds = familyEndsAt(refresh, policy);
  return familyEnds === undefined ? undefined : Math.max(familyEnds, tokensEndAt);
}

function withEnd(grant: Grant, endsAt: number | undefined): Grant {
  const { endsAt: _old, ...rest } = grant;
  return endsAt === undefined ? rest : { ...rest, endsAt };
}
