import type { Database } from "better-sqlite3";
import { StorageRefusedError } from "../../driver.js";

/** Numbered from 1. What was released never changes; a new step goes to the end. */
const migrations: readonly string[] = [
  // A rowid table: rows of 700 bytes inside a WITHOUT ROWID tree would make every look-up by key read more pages.
  // The index columns are partial because most rows leave them empty.
  `CREATE TABLE latchkey_records (
     kind TEXT NOT NULL,
     key TEXT NOT NULL,
     version INTEGER NOT NULL,
     expires_at INTEGER,
     value TEXT NOT NULL,
     index0 TEXT,
     index1 TEXT
   ) STRICT;
   CREATE UNIQUE INDEX latchkey_records_key ON latchkey_records (kind, key);
   CREATE INDEX latchkey_records_expiry ON latchkey_records (expires_at) WHERE expires_at IS NOT NULL;
   CREATE INDEX latchkey_records_index0 ON latchkey_records (kind, index0, key) WHERE index0 IS NOT NULL;
   CREATE INDEX latchkey_records_index1 ON latchkey_records (kind, index1, key) WHERE index1 IS NOT NULL;`,
  // Rows per kind, kept by the database itself: to count a million rows holds up whoever does it (docs/adr/0012).
  // Replacing a row fires nothing, so a refresh costs what it did.
  `CREATE TABLE latchkey_totals (kind TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO latchkey_totals SELECT kind, count(*) FROM latchkey_records GROUP BY kind;
   CREATE TRIGGER latchkey_records_added AFTER INSERT ON latchkey_records BEGIN
     INSERT INTO latchkey_totals VALUES (NEW.kind, 1) ON CONFLICT (kind) DO UPDATE SET total = total + 1;
   END;
   CREATE TRIGGER latchkey_records_removed AFTER DELETE ON latchkey_records BEGIN
     UPDATE latchkey_totals SET total = total - 1 WHERE kind = OLD.kind;
   END;`,
];

export const migrationsTable = "latchkey_migrations";

/** Brings the schema up to date. One transaction that locks first: of two processes the second finds the work done. */
export function migrate(database: Database): void {
  const run = database.transaction(() => {
    database.exec(
      `CREATE TABLE IF NOT EXISTS ${migrationsTable} (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`,
    );
    const from = readSchemaVersion(database);
    refuseNewerSchema(from, database.name);
    const note = database.prepare(
      `INSERT INTO ${migrationsTable} VALUES (?, CAST(unixepoch('subsec') * 1000 AS INTEGER))`,
    );
    for (const [index, statements] of migrations.entries()) {
      if (index < from) continue;
      database.exec(statements);
      note.run(index + 1);
    }
  });
  run.immediate();
}

/** The newest migration applied. The table must exist. */
export function readSchemaVersion(database: Database): number {
  const newest = database.prepare<[], { version: number | null }>(
    `SELECT max(version) AS version FROM ${migrationsTable}`,
  );
  return newest.get()?.version ?? 0;
}

/** An older program would read rows whose meaning it does not know. */
export function refuseNewerSchema(version: number, file: string): void {
  if (version <= migrations.length) return;
  throw new StorageRefusedError(
    `the storage file ${file} was written by a newer Latchkey (schema ${version}, this one knows ${migrations.length}): ` +
      "run that version, or restore a copy of the file made before the upgrade",
  );
}
