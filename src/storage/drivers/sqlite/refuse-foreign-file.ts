import type BetterSqlite3 from "better-sqlite3";
import { StorageRefusedError } from "../../driver.js";
import { Database } from "./better-sqlite3.js";
import { migrationsTable, readSchemaVersion, refuseNewerSchema } from "./schema.js";
import { findSqliteCode, isBusy } from "./sqlite-error.js";

/** Dex's classic schema names tables in the singular, its newer engine in the plural. */
const dexTables = ["auth_request", "auth_requests", "offline_session", "offline_sessions", "auth_code", "auth_codes"];

/**
 * Looks before anything is written: throws `StorageRefusedError` for a file that is no database, holds Dex's schema or
 * was written by a newer Latchkey. A file that is not there, or cannot be read, passes: opening it tells more.
 */
export function refuseForeignFile(file: string): void {
  const database = openToLook(file);
  if (database === undefined) return;
  let isLogEmpty = false;
  try {
    const tables = readTables(database, file);
    isLogEmpty = hasEmptyLog(database);
    if (tables.has(migrationsTable)) refuseNewerSchema(readSchemaVersion(database), file);
    else refuseDex(tables, file);
  } catch (error) {
    database.close();
    if (isLogEmpty) removeEmptyLog(file);
    throw error;
  }
  database.close();
}

function openToLook(file: string): BetterSqlite3.Database | undefined {
  try {
    return new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
  } catch (error) {
    if (isBusy(error)) throw error;
    return undefined;
  }
}

function readTables(database: BetterSqlite3.Database, file: string): ReadonlySet<string> {
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return new Set(tables.map(({ name }) => name));
  } catch (error) {
    if (findSqliteCode(error) !== "SQLITE_NOTADB") throw error;
    throw new StorageRefusedError(
      `the storage file ${file} is not an SQLite database: it was not changed; name another file`,
    );
  }
}

function refuseDex(tables: ReadonlySet<string>, file: string): void {
  if (!dexTables.some((name) => tables.has(name))) return;
  throw new StorageRefusedError(
    `the storage file ${file} holds Dex's database: Latchkey never writes to one, and this one was not changed; ` +
      "give Latchkey a file of its own (another name in storage.config.file) and keep this one for Dex",
  );
}

/** NOOP counts the pages in the log and copies none. Less than 0 where the file keeps no such log. */
function hasEmptyLog(database: BetterSqlite3.Database): boolean {
  return database.prepare<[], { log: number }>("PRAGMA wal_checkpoint(NOOP)").get()?.log === 0;
}

/**
 * Looking at a database in WAL mode makes an empty log beside it, and only a connection that may write takes it away
 * again. It does so when it is the last one: where the owner is running, or the log holds pages, nothing happens.
 */
function removeEmptyLog(file: string): void {
  try {
    const database = new Database(file, { fileMustExist: true, timeout: 0 });
    database.pragma("schema_version");
    database.close();
  } catch {
    // Not ours to write: an empty log does no harm.
  }
}
