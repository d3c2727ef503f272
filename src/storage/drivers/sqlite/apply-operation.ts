import type { Database, Statement } from "better-sqlite3";
import { type IndexValues, indexSlots, type NewRow, type RowChange } from "../../driver.js";
import type { Operation } from "./protocol.js";

/** Runs one operation by prepared statements; returns how many rows it changed. */
export function createApply(database: Database): (operation: Operation) => number {
  const insert = createInsert(database);
  const replace = createReplace(database);
  const remove = database.prepare("DELETE FROM latchkey_records WHERE kind = ? AND key = ?");
  const removeVersion = database.prepare("DELETE FROM latchkey_records WHERE kind = ? AND key = ? AND version = ?");
  const removeExpired = database.prepare(
    `DELETE FROM latchkey_records WHERE rowid IN
       (SELECT rowid FROM latchkey_records WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`,
  );
  return (operation) => {
    switch (operation.type) {
      case "insert":
        return insert(operation.row);
      case "replace":
        return replace(operation.row, operation.expected);
      case "remove":
        return operation.version === undefined
          ? remove.run(operation.kind, operation.key).changes
          : removeVersion.run(operation.kind, operation.key, operation.version).changes;
      case "removeExpired":
        return removeExpired.run(operation.now, operation.limit).changes;
    }
  };
}

function createInsert(database: Database): (row: NewRow) => number {
  const statement = database.prepare(
    `INSERT INTO latchkey_records (kind, key, version, expires_at, value, index0, index1)
     VALUES (?, ?, 1, ?, ?, ?, ?) ON CONFLICT (kind, key) DO NOTHING`,
  );
  return ({ kind, key, value, expiresAt, indexes }) =>
    statement.run(kind, key, expiresAt, value, ...toColumns(indexes)).changes;
}

/** SQLite rewrites the index page of every column that an UPDATE names, changed or not: name only what changes. */
function createReplace(database: Database): (row: RowChange, expected: number) => number {
  const prepare = (columns: string): Statement =>
    database.prepare(
      `UPDATE latchkey_records SET version = version + 1, value = ?${columns} WHERE kind = ? AND key = ? AND version = ?`,
    );
  const indexColumns = ", index0 = ?, index1 = ?";
  const value = prepare("");
  const withExpiry = prepare(", expires_at = ?");
  const withIndexes = prepare(indexColumns);
  const withBoth = prepare(`, expires_at = ?${indexColumns}`);
  return (row, expected) => {
    const { expiresAt, indexes } = row;
    const where = [row.kind, row.key, expected] as const;
    if (indexes === undefined) {
      return expiresAt === undefined
        ? value.run(row.value, ...where).changes
        : withExpiry.run(row.value, expiresAt, ...where).changes;
    }
    return expiresAt === undefined
      ? withIndexes.run(row.value, ...toColumns(indexes), ...where).changes
      : withBoth.run(row.value, expiresAt, ...toColumns(indexes), ...where).changes;
  };
}

function toColumns(indexes: IndexValues): (string | null)[] {
  return Array.from({ length: indexSlots }, (_, slot) => indexes[slot] ?? null);
}
