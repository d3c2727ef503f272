/**
 * The storage port. A driver keeps opaque JSON text under (kind, key) with a version, an expiry and a few index values;
 * it knows nothing of records. Every write resolves when it is durable, and no driver holds the event loop while it
 * waits for a disk (docs/adr/0002-storage-writer-thread.md).
 *
 * All drivers pass one conformance suite, `test/storage/conformance.ts`.
 */
export interface StorageDriver {
  /** The newest durable row. */
  get(kind: string, key: string): Promise<StoredRow | undefined>;
  /** Writes a new row with version 1. False when the key is taken (also by a row that has expired but was not swept). */
  insert(row: NewRow): Promise<boolean>;
  /** Compare-and-swap: writes only where the stored version is `expected`, which then becomes `expected + 1`. */
  replace(row: RowChange, expected: number): Promise<boolean>;
  /** Removes the row, and only in that version where one is given. False when nothing was removed. */
  remove(kind: string, key: string, version?: number): Promise<boolean>;
  /** One page of rows of a kind, in key order, after `after`. */
  scan(query: ScanQuery): Promise<readonly StoredRow[]>;
  /** Removes at most `limit` rows whose expiry lies before `now` (epoch ms). Returns how many it removed. */
  removeExpired(now: number, limit: number): Promise<number>;
  /**
   * How many rows each kind has, expired ones included until they are swept; a kind without rows may be missing. Must
   * cost the same in a store of a million rows. Absent where a driver can't tell (docs/adr/0012-row-counts.md).
   */
  countByKind?(): Promise<ReadonlyMap<string, number>>;
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  /** Finishes what is waiting, then lets go of files and threads. */
  close(): Promise<void>;
}

/** Told of a driver's work, for the operator's figures. Called on the event loop; must be quick and never throw. */
export interface StorageWatch {
  /** A commit is durable; so many writes shared it. */
  committed(writes: number): void;
  /** The write-ahead log was copied into the database (true), or could not be. */
  checkpointed(isDone: boolean): void;
}

/** How many index values a row may carry. */
export const indexSlots = 2;

/** One value or null per slot, in the order in which the record kind names its indexes. */
export type IndexValues = readonly (string | null)[];

export interface NewRow {
  readonly kind: string;
  readonly key: string;
  readonly value: string;
  /** Epoch ms after which the sweep may take the row; null: never. */
  readonly expiresAt: number | null;
  readonly indexes: IndexValues;
}

/** What `replace` writes. `expiresAt` and `indexes` are absent where they stay as they are: indexed columns are dear to write. */
export interface RowChange {
  readonly kind: string;
  readonly key: string;
  readonly value: string;
  readonly expiresAt?: number | null;
  readonly indexes?: IndexValues;
}

export interface StoredRow {
  readonly key: string;
  readonly version: number;
  readonly value: string;
  readonly expiresAt: number | null;
}

export interface ScanQuery {
  readonly kind: string;
  /** Only rows whose index in this slot has this value. */
  readonly where?: { readonly slot: number; readonly value: string };
  /** Rows with a greater key only. */
  readonly after?: string;
  readonly limit: number;
}

/** The store cannot be used now (disk, lock, connection). Callers answer 503; the message is for the log alone. */
export class StorageUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageUnavailableError";
  }
}

/** The store must not be used as it is configured: Dex's schema, a newer schema, not a database. Ends start-up. */
export class StorageRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StorageRefusedError";
  }
}
