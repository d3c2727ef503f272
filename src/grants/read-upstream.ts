import type { ConnectorPool } from "../connectors/pool.js";
import type { RefreshResult, WantedScopes } from "../connectors/port.js";
import type { Clock } from "../platform/clock.js";
import { createId, type Random } from "../platform/random.js";
import { createSingleFlight } from "../platform/single-flight.js";
import { type Pause, withinTime } from "../platform/within-time.js";
import type { Identity } from "../records/identity.js";
import {
  judgeLease,
  releaseLease,
  renewCredential,
  storeReading,
  takeLease,
  type UpstreamGrant,
} from "../records/upstream-grant.js";
import type { Collection } from "../storage/collection.js";

export interface UpstreamQuestion {
  /** Key of the upstream grant. */
  readonly key: string;
  readonly connectorId: string;
  readonly scopes: WantedScopes;
  /** A reading younger than this is used as it is. */
  readonly freshForMs: number;
  /** When the grant that asks will end: its upstream grant must live as long. */
  readonly endsAt?: number;
}

export type UpstreamAnswer =
  | { readonly outcome: "ok"; readonly identity: Identity }
  | { readonly outcome: "denied"; readonly detail: string }
  | {
      readonly outcome: "unavailable";
      readonly detail: string;
      /** The upstream has answered, with nothing that can be used: what it said before does not stand in for it. */
      readonly isAnswer?: boolean;
    };

export type ReadUpstream = (question: UpstreamQuestion) => Promise<UpstreamAnswer>;

export interface UpstreamReaderOptions {
  readonly upstreams: Collection<UpstreamGrant>;
  readonly connectors: ConnectorPool;
  readonly clock: Clock;
  readonly random: Random;
  readonly pause: Pause;
  /** How long a lease lasts, and so how long an upstream may take. */
  readonly leaseMs?: number;
}

/** An upstream grant as it was read when its lease was taken. */
interface Leased {
  readonly holder: string;
  readonly upstream: UpstreamGrant;
  /** What this question began with, and what it was given since. */
  readonly credentials: (string | undefined)[];
}

const pollMs = 100;

/** How much longer than its grant an upstream grant is kept, so that it never goes first. */
export const upstreamMarginMs = 3_600_000;

/**
 * Asks an upstream who the person is now: at most one question at a time for one login, over all replicas, because
 * upstreams rotate their refresh tokens too (DESIGN wall 5). The upstream's new credential is stored before anything is
 * answered, also when the caller has gone away meanwhile.
 */
export function createUpstreamReader(options: UpstreamReaderOptions): ReadUpstream {
  const { upstreams, clock, leaseMs = 30_000 } = options;
  const once = createSingleFlight<UpstreamAnswer>();
  /** Questions that this process has not had an answer to, also when whoever asked has given up. */
  const underWay = new Map<string, Promise<UpstreamAnswer>>();

  async function read(question: UpstreamQuestion): Promise<UpstreamAnswer> {
    const givesUpAt = clock() + leaseMs;
    // A second question would present the credential that the first one may have used up.
    const earlier = underWay.get(question.key);
    if (earlier !== undefined) return inTime(earlier);
    for (;;) {
      const entry = await upstreams.find(question.key);
      if (entry === undefined) return { outcome: "denied", detail: "the upstream grant is gone" };
      const verdict = judgeLease(entry.record, clock(), question.freshForMs);
      if (verdict === "fresh") return { outcome: "ok", identity: entry.record.identity };
      if (verdict === "free") {
        const leased = await lease(question);
        if (leased !== undefined) return inTime(begin(question, leased));
      }
      if (clock() >= givesUpAt) return { outcome: "unavailable", detail: "another replica is asking the upstream" };
      await options.pause(pollMs);
    }
  }

  /** Undefined when somebody else was faster. */
  async function lease(question: UpstreamQuestion): Promise<Leased | undefined> {
    const now = clock();
    const holder = createId(options.random);
    return upstreams.update<Leased | undefined>(question.key, (upstream) =>
      judgeLease(upstream, now, question.freshForMs) === "free"
        ? {
            put: takeLease(upstream, holder, now + leaseMs),
            result: { holder, upstream, credentials: [upstream.connectorData] },
          }
        : { keep: true, result: undefined },
    );
  }

  function begin(question: UpstreamQuestion, leased: Leased): Promise<UpstreamAnswer> {
    const asking = ask(question, leased).finally(() => underWay.delete(question.key));
    underWay.set(question.key, asking);
    return asking;
  }

  /** The answer, or `unavailable` after four fifths of the lease. A late answer is still stored: it may hold the only credential. */
  function inTime(asking: Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    return withinTime(options.pause, leaseMs * 0.8, asking, () => ({
      outcome: "unavailable",
      detail: "the upstream did not answer in time",
    }));
  }

  async function ask(question: UpstreamQuestion, leased: Leased): Promise<UpstreamAnswer> {
    try {
      const result = await askConnector(options.connectors, question, leased.upstream, keepFor(question, leased));
      return await settle(question, leased, result);
    } catch (error) {
      await upstreams.update(question.key, (current) => ({
        put: releaseLease(current, leased.holder),
        result: undefined,
      }));
      return { outcome: "unavailable", detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Stores a rotated credential before anything else is asked: a crash, or a slow answer, must not lose it. */
  function keepFor({ key }: UpstreamQuestion, { credentials }: Leased): (connectorData: string) => Promise<void> {
    return async (connectorData) => {
      const put = (current: UpstreamGrant): UpstreamGrant => renewCredential(current, credentials, connectorData);
      await upstreams.update(key, (current) => ({ put: put(current), result: undefined }));
      credentials.push(connectorData);
    };
  }

  async function settle(question: UpstreamQuestion, leased: Leased, result: RefreshResult): Promise<UpstreamAnswer> {
    const { holder, credentials } = leased;
    if (result.outcome === "denied") return result;
    if (result.outcome !== "ok") {
      const given = result.outcome === "unavailable" ? result.connectorData : undefined;
      await upstreams.update(question.key, (current) => ({
        put: renewCredential(releaseLease(current, holder), credentials, given),
        result: undefined,
      }));
      return {
        outcome: "unavailable",
        detail: result.detail,
        ...(result.outcome === "unusable" && { isAnswer: true }),
      };
    }
    const { identity, connectorData } = result;
    // Another person behind the same login would turn one `sub` into another (dex-behaviour §12 no. 16).
    if (identity.userId !== leased.upstream.identity.userId) {
      return { outcome: "denied", detail: "the upstream answered with another user" };
    }
    const { endsAt } = question;
    const reading = { holder, identity, now: clock(), ...(endsAt !== undefined && { endsAt }) };
    await upstreams.update(question.key, (current) => ({
      put: renewCredential(storeReading(current, reading), credentials, connectorData),
      result: undefined,
    }));
    return { outcome: "ok", identity };
  }

  /** Where the connector allows it, what the upstream last said stands in for an upstream that can't be asked. */
  async function readOrRemember(question: UpstreamQuestion): Promise<UpstreamAnswer> {
    const answer = await read(question);
    const maxAgeMs = options.connectors.find(question.connectorId)?.lastKnownForMs;
    if (answer.outcome !== "unavailable" || answer.isAnswer === true || maxAgeMs === undefined) return answer;
    const entry = await upstreams.find(question.key);
    if (entry === undefined || clock() - entry.record.readAt > maxAgeMs) return answer;
    return { outcome: "ok", identity: entry.record.identity };
  }

  return (question) => once(question.key, () => readOrRemember(question));
}

function askConnector(
  connectors: ConnectorPool,
  question: UpstreamQuestion,
  upstream: UpstreamGrant,
  keep: (connectorData: string) => Promise<void>,
): Promise<RefreshResult> {
  const state = connectors.find(question.connectorId)?.state;
  if (state === undefined || "unavailable" in state)
    throw new Error(state?.unavailable ?? "the connector is not configured");
  const { refresh } = state.connector;
  if (refresh === undefined)
    return Promise.resolve({ outcome: "denied", detail: "the connector can't be asked again any more" });
  return refresh({
    scopes: question.scopes,
    identity: upstream.identity,
    keep,
    ...(upstream.connectorData !== undefined && { connectorData: upstream.connectorData }),
  });
}
