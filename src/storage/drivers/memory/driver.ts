import type { NewRow, RowChange, ScanQuery, StorageDriver, StoredRow } from "../../driver.js";

type MemoryRow = Omit<NewRow, "kind"> & { readonly version: number };
type Table = Map<string, MemoryRow>;

/** Rows in this process alone: for trying things out and for tests. Nothing outlives `close`. */
export function openMemory(): StorageDriver {
  const tables = new Map<string, Table>();

  function table(kind: string): Table {
    const found = tables.get(kind) ?? new Map();
    tables.set(kind, found);
    return found;
  }

  return {
    get: async (kind, key) => toStored(table(kind).get(key)),
    insert: async (row) => insert(table(row.kind), row),
    replace: async (row, expected) => replace(table(row.kind), row, expected),
    async remove(kind, key, version) {
      const rows = table(kind);
      const isThere = version === undefined ? rows.has(key) : rows.get(key)?.version === version;
      return isThere && rows.delete(key);
    },
    scan: async (query) => scan(table(query.kind), query),
    removeExpired: async (now, limit) => removeExpired(tables, now, limit),
    countByKind: async () => new Map([...tables].map(([kind, rows]) => [kind, rows.size])),
    ping: async () => undefined,
    close: async () => tables.clear(),
  };
}

function insert(rows: Table, row: NewRow): boolean {
  if (rows.has(row.key)) return false;
  const { key, value, expiresAt, indexes } = row;
  rows.set(key, { key, value, expiresAt, indexes, version: 1 });
  return true;
}

function replace(rows: Table, change: RowChange, expected: number): boolean {
  const row = rows.get(change.key);
  if (row?.version !== expected) return false;
  const { value, expiresAt = row.expiresAt, indexes = row.indexes } = change;
  rows.set(row.key, { key: row.key, value, expiresAt, indexes, version: expected + 1 });
  return true;
}

function scan(rows: Table, { where, after, limit }: ScanQuery): readonly StoredRow[] {
  return [...rows.values()]
    .filter((row) => where === undefined || row.indexes[where.slot] === where.value)
    .filter((row) => after === undefined || compareBytes(row.key, after) > 0)
    .sort((a, b) => compareBytes(a.key, b.key))
    .slice(0, limit)
    .flatMap((row) => toStored(row) ?? []);
}

function removeExpired(tables: ReadonlyMap<string, Table>, now: number, limit: number): number {
  let removed = 0;
  for (const rows of tables.values()) {
    for (const row of rows.values()) {
      if (removed === limit) return removed;
      if (row.expiresAt !== null && row.expiresAt < now && rows.delete(row.key)) removed += 1;
    }
  }
  return removed;
}

function toStored(row: MemoryRow | undefined): StoredRow | undefined {
  return row && { key: row.key, version: row.version, value: row.value, expiresAt: row.expiresAt };
}

/** Databases order text by its UTF-8 bytes; JavaScript orders by UTF-16 units, which differs beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
