import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { StorageDriver, StorageWatch } from "../../driver.js";
import type { WriterSettings } from "./protocol.js";
import { openReader, type Reader } from "./reader.js";
import { Writer } from "./writer.js";

export interface SqliteOptions {
  /** Path of the database file; made when it is not there. */
  readonly file: string;
  /** How long another process may hold the write lock before a write fails. Default 5 s. */
  readonly lockWaitMs?: number;
  readonly watch?: StorageWatch;
}

/**
 * Opens an SQLite file. Several processes may use one file on one machine. Rejects with `StorageRefusedError` where the
 * file must not be used, with `StorageUnavailableError` where it cannot be used now.
 */
export async function openSqlite({ file, lockWaitMs = 5_000, watch }: SqliteOptions): Promise<StorageDriver> {
  // An absolute path is never taken for a URI or for SQLite's special names.
  const settings: WriterSettings = { file: resolve(file), lockWaitMs };
  const writer = await Writer.open(
    () => new Worker(new URL("./writer.worker.js", import.meta.url), { workerData: settings }),
    watch,
  );
  try {
    return createDriver(writer, await openReader(settings.file));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function createDriver(writer: Writer, reader: Reader): StorageDriver {
  return {
    get: reader.get,
    scan: reader.scan,
    insert: async (row) => (await writer.write({ type: "insert", row })) === 1,
    replace: async (row, expected) => (await writer.write({ type: "replace", row, expected })) === 1,
    async remove(kind, key, version) {
      const target = { type: "remove", kind, key } as const;
      return (await writer.write(version === undefined ? target : { ...target, version })) === 1;
    },
    removeExpired: (now, limit) => writer.write({ type: "removeExpired", now, limit }),
    countByKind: reader.countByKind,
    async ping() {
      await Promise.all([reader.ping(), writer.ping()]);
    },
    async close() {
      // The writer must be the last to leave: only a connection that may write can put the log away.
      reader.close();
      await writer.close();
    },
  };
}
