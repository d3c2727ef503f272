/** A record together with the version that a compare-and-swap needs. */
export interface Entry<T> {
  readonly key: string;
  readonly version: number;
  readonly record: T;
}

/**
 * What an `update` step decides: `put` writes, `keep` leaves the row as it is, `remove` deletes it. `result` goes to the
 * caller once the decision is durable.
 */
export type Step<T, R> =
  | { readonly put: T; readonly result: R }
  | { readonly keep: true; readonly result: R }
  | { readonly remove: true; readonly result: R };

export interface UpdateOptions<T> {
  /** An entry read a moment ago: the first try uses it in place of a read of its own. */
  readonly from?: Entry<T>;
}

/** Typed records of one kind over a driver. */
export interface Collection<T> {
  /** The record, unless it is absent. An expired record that was not swept yet is still found: its owner judges. */
  find(key: string): Promise<Entry<T> | undefined>;
  /** False when the key is taken. */
  insert(key: string, record: T): Promise<boolean>;
  /**
   * Reads, lets a synchronous pure `step` decide, writes by compare-and-swap; again from the read when another writer
   * won. `step` may run several times: it must not await, log, mint or draw randomness. Resolves when durable;
   * undefined when there is no such record.
   */
  update<R>(key: string, step: (record: T) => Step<T, R>, options?: UpdateOptions<T>): Promise<R | undefined>;
  /** Reads and removes in one: of several callers exactly one gets the record. */
  take(key: string): Promise<T | undefined>;
  /** True when this call removed the record. */
  remove(key: string): Promise<boolean>;
  /** One page, in key order. */
  list(query?: ListQuery): Promise<readonly Entry<T>[]>;
}

export interface ListQuery {
  readonly where?: { readonly index: string; readonly value: string };
  readonly after?: string;
  /** Default and maximum 500. */
  readonly limit?: number;
}
