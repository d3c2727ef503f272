import type { RecordKind } from "../../src/records/kind.js";
import type { Collection, Entry } from "../../src/storage/collection.js";

/** PLACEHOLDER until src/storage/ has createCollection. */
export function createMemoryCollection<T>(kind: RecordKind<T>): Collection<T> {
  const rows = new Map<string, { version: number; value: string }>();
  function read(key: string): Entry<T> | undefined {
    const row = rows.get(key);
    return row && { key, version: row.version, record: kind.schema.parse(JSON.parse(row.value)) };
  }
  return {
    async find(key) {
      await Promise.resolve();
      return read(key);
    },
    async insert(key, record) {
      await Promise.resolve();
      if (rows.has(key)) return false;
      rows.set(key, { version: 1, value: JSON.stringify(record) });
      return true;
    },
    async update(key, step, options) {
      let entry = options?.from ?? read(key);
      for (;;) {
        await Promise.resolve();
        if (entry === undefined) return undefined;
        const decision = step(entry.record);
        if ("keep" in decision) return decision.result;
        if (rows.get(key)?.version === entry.version) {
          if ("put" in decision) rows.set(key, { version: entry.version + 1, value: JSON.stringify(decision.put) });
          else rows.delete(key);
          return decision.result;
        }
        entry = read(key);
      }
    },
    async take(key) {
      const entry = read(key);
      rows.delete(key);
      return entry?.record;
    },
    async remove(key) {
      return rows.delete(key);
    },
    async list() {
      return [...rows.keys()].flatMap((key) => read(key) ?? []);
    },
  };
}
