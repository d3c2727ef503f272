import * as z from "zod";
import { Identity } from "./identity.js";
import type { RecordKind } from "./kind.js";

/** What one login at a connector left: the only home of the upstream's credential. Grants name it by its key. */
export const UpstreamGrant = z.object({
  connectorId: z.string(),
  /** Opaque to us (an upstream refresh token, usually). */
  connectorData: z.string().optional(),
  identity: Identity,
  /** When the upstream last told who the person is. */
  readAt: z.number(),
  /** Whoever holds the lease may ask the upstream; nobody else may until it ends. */
  lease: z.object({ holder: z.string(), endsAt: z.number() }).optional(),
  endsAt: z.number().optional(),
});
export type UpstreamGrant = z.infer<typeof UpstreamGrant>;

export const upstreamGrantKind: RecordKind<UpstreamGrant> = {
  name: "upstream-grant",
  schema: UpstreamGrant,
  expiresAt: (upstream) => upstream.endsAt,
  indexes: {},
  sealed: ["connectorData"],
};

export type LeaseVerdict = "fresh" | "taken" | "free";

/** Whether the last reading still counts, somebody else is asking, or the caller may ask. */
export function judgeLease(upstream: UpstreamGrant, now: number, freshForMs: number): LeaseVerdict {
  if (now - upstream.readAt < freshForMs) return "fresh";
  return upstream.lease !== undefined && upstream.lease.endsAt > now ? "taken" : "free";
}

export function takeLease(upstream: UpstreamGrant, holder: string, endsAt: number): UpstreamGrant {
  return { ...upstream, lease: { holder, endsAt } };
}

/**
 * Stores a new credential in the place of one of `earlier`, which it was given for. Somebody else's, who has asked after the
 * lease had ended, is newer and stays. Undefined: the upstream gave none.
 */
export function renewCredential(
  upstream: UpstreamGrant,
  earlier: readonly (string | undefined)[],
  connectorData: string | undefined,
): UpstreamGrant {
  const isNewer = connectorData !== undefined && earlier.includes(upstream.connectorData);
  return isNewer ? { ...upstream, connectorData } : upstream;
}

/** What an upstream answered to the holder of a lease. */
interface Reading {
  readonly holder: string;
  readonly identity: Identity;
  readonly now: number;
  readonly endsAt?: number;
}

/** Stores an answer and ends its lease. */
export function storeReading(upstream: UpstreamGrant, reading: Reading): UpstreamGrant {
  const { endsAt: _old, ...rest } = releaseLease(upstream, reading.holder);
  return {
    ...rest,
    identity: reading.identity,
    readAt: reading.now,
    ...(reading.endsAt !== undefined && { endsAt: reading.endsAt }),
  };
}

/** Ends the lease of `holder`. A late answer leaves the lease of whoever asks by then. */
export function releaseLease(upstream: UpstreamGrant, holder: string): UpstreamGrant {
  if (upstream.lease?.holder !== holder) return upstream;
  const { lease: _released, ...rest } = upstream;
  return rest;
}
