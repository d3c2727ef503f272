import { type Clock, systemClock } from "../platform/clock.js";
import { sha256 } from "../platform/hashing.js";
import type { RecordKind } from "../records/kind.js";
import type { Collection, Entry, ListQuery, Step } from "./collection.js";
import {
  type IndexValues,
  indexSlots,
  type RowChange,
  type ScanQuery,
  type StorageDriver,
  StorageUnavailableError,
  type StoredRow,
} from "./driver.js";
import { roundExpiry } from "./round-expiry.js";
import type { SealingCodec } from "./sealing-codec.js";

/**
 * How often `update` and `take` try. Each lost try means that somebody else's write went through, so only thousands of
 * writers of one row come near it; they are told that the store is too busy.
 */
const maxAttempts = 1_000;
const maxPage = 500;

export interface CollectionOptions {
  /** Decides how coarsely an expiry is rounded, nothing else. */
  readonly clock?: Clock;
}

interface Store<T> {
  readonly driver: StorageDriver;
  readonly kind: RecordKind<T>;
  readonly codec: SealingCodec;
  readonly clock: Clock;
  /** The expiry stored with an entry that this collection handed out. */
  readonly expiries: WeakMap<Entry<T>, number | null>;
}

/** Records of one kind over a driver. Reads are checked against the kind's schema: a row that does not fit is a fault. */
export function createCollection<T>(
  driver: StorageDriver,
  kind: RecordKind<T>,
  codec: SealingCodec,
  { clock = systemClock }: CollectionOptions = {},
): Collection<T> {
  if (Object.keys(kind.indexes).length > indexSlots)
    throw new Error(`${kind.name} has more than ${indexSlots} indexes`);
  const store: Store<T> = { driver, kind, codec, clock, expiries: new WeakMap() };
  return {
    find: (key) => findEntry(store, key),
    insert(key, record) {
      const value = codec.encode(kind, key, record);
      const expiresAt = expiryOf(store, record);
      return driver.insert({ kind: kind.name, key, value, expiresAt, indexes: indexesOf(kind, record) });
    },
    update: (key, step, options) => update(store, key, step, options?.from),
    take: (key) => take(store, key),
    remove: (key) => driver.remove(kind.name, key),
    async list(query) {
      const rows = await driver.scan(toScan(kind, query));
      return rows.map((row) => toEntry(store, row));
    },
  };
}

async function findEntry<T>(store: Store<T>, key: string): Promise<Entry<T> | undefined> {
  const row = await store.driver.get(store.kind.name, key);
  return row && toEntry(store, row);
}

async function update<T, R>(
  store: Store<T>,
  key: string,
  step: (record: T) => Step<T, R>,
  from?: Entry<T>,
): Promise<R | undefined> {
  let entry = from ?? (await findEntry(store, key));
  let isFresh = from === undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (entry === undefined) return undefined;
    const decision = step(entry.record);
    if (await carryOut(store, entry, decision, isFresh)) return decision.result;
    entry = await findEntry(store, key);
    isFresh = true;
  }
  throw new StorageUnavailableError(
    `a ${store.kind.name} was changed by others ${maxAttempts} times while it was written`,
  );
}

/** False when the decision was made on a record that is not, or may not be, the current one. */
async function carryOut<T, R>(
  store: Store<T>,
  entry: Entry<T>,
  decision: Step<T, R>,
  isFresh: boolean,
): Promise<boolean> {
  const { driver, kind } = store;
  // Nothing to write, and nothing to wait for: drivers let nobody read what is not durable. But a compare-and-swap would
  // have noticed an old entry, and a revocation since then must count: an entry that the caller brought is read again.
  if ("keep" in decision) return isFresh;
  if ("remove" in decision) return driver.remove(kind.name, entry.key, entry.version);
  if ("put" in decision) return driver.replace(changeOf(store, entry, decision.put), entry.version);
  throw new TypeError(`a step on ${kind.name} decided nothing: steps are synchronous`);
}

async function take<T>(store: Store<T>, key: string): Promise<T | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const entry = await findEntry(store, key);
    if (entry === undefined) return undefined;
    if (await store.driver.remove(store.kind.name, key, entry.version)) return entry.record;
  }
  throw new StorageUnavailableError(
    `a ${store.kind.name} was changed by others ${maxAttempts} times while it was taken`,
  );
}

/** Indexed columns are dear to write, so they are left out where the record's change does not move them. */
function changeOf<T>(store: Store<T>, entry: Entry<T>, record: T): RowChange {
  const { kind, codec } = store;
  const expiresAt = expiryOf(store, record);
  const indexes = indexesOf(kind, record);
  const before = indexesOf(kind, entry.record);
  return {
    kind: kind.name,
    key: entry.key,
    value: codec.encode(kind, entry.key, record),
    ...(store.expiries.get(entry) !== expiresAt && { expiresAt }),
    ...(indexes.some((value, slot) => value !== before[slot]) && { indexes }),
  };
}

function toEntry<T>({ kind, codec, expiries }: Store<T>, row: StoredRow): Entry<T> {
  const parsed = kind.schema.safeParse(codec.decode(kind, row.key, row.value));
  if (!parsed.success) {
    // Names members, never values: rows hold what must not reach a log.
    const places = parsed.error.issues.map(({ path, code }) => `${String(path[0] ?? "record")}: ${code}`);
    throw new Error(`the ${kind.name} stored under ${sha256(row.key)} (hash) is not valid (${places.join(", ")})`);
  }
  const entry = { key: row.key, version: row.version, record: parsed.data };
  expiries.set(entry, row.expiresAt);
  return entry;
}

function expiryOf<T>({ kind, clock }: Store<T>, record: T): number | null {
  const expiresAt = kind.expiresAt(record);
  return expiresAt === undefined ? null : roundExpiry(expiresAt, clock());
}

function indexesOf<T>(kind: RecordKind<T>, record: T): IndexValues {
  return Object.values(kind.indexes).map((index) => index(record) ?? null);
}

function toScan<T>(kind: RecordKind<T>, { where, after, limit = maxPage }: ListQuery = {}): ScanQuery {
  return {
    kind: kind.name,
    limit: Math.min(limit, maxPage),
    ...(after !== undefined && { after }),
    ...(where !== undefined && { where: { slot: requireSlot(kind, where.index), value: where.value } }),
  };
}

function requireSlot<T>(kind: RecordKind<T>, index: string): number {
  const slot = Object.keys(kind.indexes).indexOf(index);
  if (slot === -1) throw new Error(`${kind.name} has no index ${index}`);
  return slot;
}
