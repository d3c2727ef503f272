import type BetterSqlite3 from "better-sqlite3";
import { StorageRefusedError, StorageUnavailableError } from "../../driver.js";
import { Database } from "./better-sqlite3.js";
import { refuseForeignFile } from "./refuse-foreign-file.js";
import { retryWhileBusy } from "./retry-while-busy.js";
import { migrate } from "./schema.js";
import { describeError, findSqliteCode } from "./sqlite-error.js";

const full = 2;
/** What the write-ahead log is cut back to when it starts again from its beginning. */
const walKeptBytes = 32 * 1024 * 1024;

/**
 * The connection that writes: durable settings asserted, schema up to date. Blocks; for the writer thread. Throws
 * `StorageRefusedError` where the file must not be used, `StorageUnavailableError` where it cannot be used now.
 */
export function openWritingConnection(file: string, lockWaitMs: number): BetterSqlite3.Database {
  try {
    return retryWhileBusy(lockWaitMs, () => tryOpen(file));
  } catch (error) {
    if (error instanceof StorageRefusedError) throw error;
    throw new StorageUnavailableError(`cannot open the storage file ${file}: ${explain(error)}`, { cause: error });
  }
}

function tryOpen(file: string): BetterSqlite3.Database {
  refuseForeignFile(file);
  // No timeout of SQLite's own: `retryWhileBusy` waits instead, also where SQLite would not.
  const database = new Database(file, { timeout: 0 });
  try {
    makeDurable(database);
    migrate(database);
    // A process that was killed may have left commits in the log that were never synced. Recovery shows them to readers;
    // a checkpoint syncs the log first, so that from here on whatever can be read is durable.
    database.pragma("wal_checkpoint(PASSIVE)");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** better-sqlite3 is built to fall back to NORMAL for an existing WAL file, so the setting is read back, not trusted. */
function makeDurable(database: BetterSqlite3.Database): void {
  const mode = database.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") {
    throw new StorageRefusedError(
      `the storage file ${database.name} cannot keep a write-ahead log (journal mode ${String(mode)}): put it on a local disk`,
    );
  }
  database.pragma("synchronous = FULL");
  const synchronous = database.pragma("synchronous", { simple: true });
  if (synchronous !== full) throw new StorageRefusedError(`SQLite refused synchronous=FULL for ${database.name}`);
  // macOS needs this for a sync that reaches the disk; elsewhere it changes nothing.
  database.pragma("fullfsync = ON");
  database.pragma("checkpoint_fullfsync = ON");
  // SQLite would checkpoint inside a commit that somebody waits for.
  database.pragma("wal_autocheckpoint = 0");
  database.pragma(`journal_size_limit = ${walKeptBytes}`);
}

function explain(error: unknown): string {
  return findSqliteCode(error)?.startsWith("SQLITE_CANTOPEN")
    ? "this user must be able to write to it and to its folder"
    : describeError(error);
}
