import type { RotationPlan } from "../records/key-rotation.js";
import type { Collection } from "../storage/collection.js";

/** All keys of a kind live in one row. */
const rowKey = "current";
const maxAttempts = 5;

export interface RowRefresh<T, C> {
  readonly collection: Collection<T>;
  /** Pure for one `now`. */
  plan(state: T | undefined, now: number, candidate?: C): RotationPlan<T>;
  /** Draws a key. Outside the compare-and-swap, because that runs again whenever another process was faster. */
  generate(): Promise<C>;
  now(): number;
}

/**
 * Brings the row to what it should be now and returns it. Where several processes find a key due at once, one write
 * wins and the others take its key: their own candidate has not been seen by anybody.
 */
export async function refreshRow<T, C>(refresh: RowRefresh<T, C>): Promise<T> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const done = await tryRefresh(refresh);
    if (done !== undefined) return done;
  }
  throw new Error("the row of keys was removed again and again while it was written");
}

async function tryRefresh<T, C>({ collection, plan, generate, now }: RowRefresh<T, C>): Promise<T | undefined> {
  const entry = await collection.find(rowKey);
  const outlook = plan(entry?.record, now());
  if (entry !== undefined && outlook.next === undefined && !outlook.wantsKey) return entry.record;
  const candidate = outlook.wantsKey ? await generate() : undefined;
  const writtenAt = now();
  if (entry !== undefined) {
    return collection.update<T>(
      rowKey,
      (state) => {
        const { next } = plan(state, writtenAt, candidate);
        return next === undefined ? { keep: true, result: state } : { put: next, result: next };
      },
      { from: entry },
    );
  }
  const { next } = plan(undefined, writtenAt, candidate);
  return next !== undefined && (await collection.insert(rowKey, next)) ? next : undefined;
}
