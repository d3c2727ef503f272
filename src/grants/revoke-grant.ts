import { createSubject } from "../oidc/subject.js";
import type { Clock } from "../platform/clock.js";
import type { ReportEvent, RequestOrigin } from "../platform/events.js";
import { type Grant, revokeGrant } from "../records/grant.js";
import type { GrantStores } from "./stores.js";

export type GrantEnder = (key: string, reason: string, origin?: RequestOrigin) => Promise<void>;

export interface GrantEnderOptions {
  readonly stores: GrantStores;
  readonly clock: Clock;
  readonly report: ReportEvent;
  /** How long an access token lives: the revoked row stays that long, so that userinfo sees the revocation. */
  readonly tokenLifetimeMs: number;
}

/** Revokes a grant, then drops the upstream's credential: a crash between the two leaves a credential nobody can use. */
export function createGrantEnder(options: GrantEnderOptions): GrantEnder {
  const { stores, clock, report, tokenLifetimeMs } = options;
  return async (key, reason, origin) => {
    const ended = await stores.grants.update(key, (grant) =>
      grant.revokedAt === undefined
        ? { put: revokeGrant(grant, clock(), tokenLifetimeMs), result: { grant, isNew: true } }
        : { keep: true, result: { grant, isNew: false } },
    );
    if (ended === undefined) return;
    if (ended.grant.upstream !== undefined) await stores.upstreams.remove(ended.grant.upstream);
    if (ended.isNew) report({ type: "grant.revoked", ...describeGrant(ended.grant, key), reason }, origin);
  };
}

/** Members that every event about a grant carries. The row's key is a hash: it may be logged. */
export function describeGrant(grant: Grant, key: string): { clientId: string; subject: string; grant: string } {
  return {
    clientId: grant.clientId,
    subject: createSubject(grant.identity.userId, grant.connectorId),
    grant: key,
  };
}
