import { createSubject } from "../oidc/subject.js";
import type { Clock } from "../platform/clock.js";
import type { ReportEvent, RequestOrigin, RevocationCause } from "../platform/events.js";
import { type Grant, revokeGrant } from "../records/grant.js";
import type { GrantStores } from "./stores.js";

/** Why a grant ends: the class, and the sentence for the log. */
export interface GrantEnd {
  readonly cause: RevocationCause;
  readonly reason: string;
}

/** Ends grants: at a client's wish, at an upstream's, or because something was presented twice. */
export interface GrantEnder {
  /** Revokes the grant in a step of its own. A grant that has ended already stays as it is. */
  end(key: string, why: GrantEnd, origin?: RequestOrigin): Promise<void>;
  /** What follows a step that has revoked the grant itself: drops the upstream's credential and tells the operator. */
  settle(key: string, grant: Grant, why: GrantEnd, origin?: RequestOrigin): Promise<void>;
}

export interface GrantEnderOptions {
  readonly stores: GrantStores;
  readonly clock: Clock;
  readonly report: ReportEvent;
  /** How long an access token lives: the revoked row stays that long, so that userinfo sees the revocation. */
  readonly tokenLifetimeMs: number;
}

/** The grant goes first, then the upstream's credential: a crash between the two leaves a credential nobody can use. */
export function createGrantEnder(options: GrantEnderOptions): GrantEnder {
  const { stores, clock, report, tokenLifetimeMs } = options;

  async function settle(key: string, grant: Grant, why: GrantEnd, origin?: RequestOrigin): Promise<void> {
    if (grant.upstream !== undefined) await stores.upstreams.remove(grant.upstream);
    report({ type: "grant.revoked", ...describeGrant(grant, key), ...why }, origin);
  }

  return {
    settle,
    async end(key, why, origin) {
      const ended = await stores.grants.update<Grant | undefined>(key, (grant) =>
        grant.revokedAt === undefined
          ? { put: revokeGrant(grant, clock(), tokenLifetimeMs), result: grant }
          : { keep: true, result: undefined },
      );
      if (ended !== undefined) await settle(key, ended, why, origin);
    },
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
