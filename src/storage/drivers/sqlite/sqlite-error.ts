import { Database } from "./better-sqlite3.js";

/** SQLite's extended result code by name (`SQLITE_BUSY_RECOVERY`); undefined for any other error. */
export function findSqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** Another connection holds a lock; a later try may work. */
export function isBusy(error: unknown): boolean {
  return findSqliteCode(error)?.startsWith("SQLITE_BUSY") === true;
}

/** For the log: what SQLite says and by which code. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = findSqliteCode(error);
  return code === undefined ? message : `${message} (${code})`;
}
