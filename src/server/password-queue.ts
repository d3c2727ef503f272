import { availableParallelism } from "node:os";
import { createBoundedQueue, type MeasuredQueue } from "../platform/bounded-queue.js";

/** Logins that may wait for a place; with bcrypt at cost 12 on two cores that is half a minute. */
const waiting = 100;

/**
 * bcrypt shares libuv's pool with signing: half the cores at most, and one where the pool has Node's own size, so that a
 * login flood never delays a refresh (docs/adr/0006-password-hashing-queue.md).
 */
export function createPasswordQueue(poolSize: number): {
  readonly queue: MeasuredQueue;
  readonly atOnce: number;
  readonly isCapped: boolean;
} {
  const cores = availableParallelism();
  const wanted = Math.max(1, Math.floor(cores / 2));
  const isCapped = poolSize < Math.max(4, cores + 2 + wanted);
  const atOnce = isCapped ? 1 : wanted;
  return { queue: createBoundedQueue({ atOnce, waiting }), atOnce, isCapped };
}
