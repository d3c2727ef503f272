import { setTimeout as pause } from "node:timers/promises";
import type BetterSqlite3 from "better-sqlite3";
import { type ScanQuery, StorageUnavailableError, type StoredRow } from "../../driver.js";
import { Database } from "./better-sqlite3.js";
import { describeError, isBusy } from "./sqlite-error.js";

const busyTries = 200;
const busyPauseMs = 10;

/** Reads beside the writer, on the calling thread: a read of a cached page costs less than asking another thread for it. */
export interface Reader {
  get(kind: string, key: string): Promise<StoredRow | undefined>;
  scan(query: ScanQuery): Promise<readonly StoredRow[]>;
  /** Reads totals that the database keeps itself: a handful of rows, however many it holds. */
  countByKind(): Promise<ReadonlyMap<string, number>>;
  ping(): Promise<void>;
  close(): void;
}

const columns = "key, version, value, expires_at AS expiresAt";

/**
 * Opens a database that the writer has opened before. In WAL mode a reader never waits for a writer, and sees a commit
 * only after the writer has synced it: SQLite publishes the new end of the log behind the sync.
 */
export async function openReader(file: string): Promise<Reader> {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
  const statements = await retryRead(() => prepare(database));
  return {
    get: (kind, key) => retryRead(() => statements.get.get(kind, key)),
    scan: (query) => retryRead(() => statements.scan(query)),
    async countByKind() {
      const rows = await retryRead(() => statements.totals.all());
      return new Map(rows.map(({ kind, total }) => [kind, total]));
    },
    async ping() {
      await retryRead(() => statements.ping.get());
    },
    close: () => database.close(),
  };
}

function prepare(database: BetterSqlite3.Database) {
  const where = "FROM latchkey_records WHERE kind = ? AND key > ?";
  const all = database.prepare<[string, string, number], StoredRow>(`SELECT ${columns} ${where} ORDER BY key LIMIT ?`);
  const bySlot = [0, 1].map((slot) =>
    database.prepare<[string, string, string, number], StoredRow>(
      `SELECT ${columns} ${where} AND index${slot} = ? ORDER BY key LIMIT ?`,
    ),
  );
  return {
    get: database.prepare<[string, string], StoredRow>(
      `SELECT ${columns} FROM latchkey_records WHERE kind = ? AND key = ?`,
    ),
    totals: database.prepare<[], { kind: string; total: number }>("SELECT kind, total FROM latchkey_totals"),
    ping: database.prepare("SELECT 1 FROM latchkey_records LIMIT 1"),
    scan({ kind, where: filter, after = "", limit }: ScanQuery): readonly StoredRow[] {
      return filter === undefined
        ? all.all(kind, after, limit)
        : (bySlot[filter.slot]?.all(kind, after, filter.value, limit) ?? []);
    },
  };
}

/** The rare locks that touch readers (recovery, the last writer leaving) are waited for off the loop, never inside SQLite. */
async function retryRead<T>(read: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return read();
    } catch (error) {
      if (!isBusy(error) || tries === busyTries) {
        throw new StorageUnavailableError(`storage read failed: ${describeError(error)}`, { cause: error });
      }
    }
    await pause(busyPauseMs);
  }
}
