import type { Database } from "better-sqlite3";
import type { Operation } from "./protocol.js";
import { describeError } from "./sqlite-error.js";

/** Pages written, roughly, before the log is copied into the database. */
const markPages = 1_000;
/** Pages in the log from which on others are made to wait, because gentle checkpoints do not get through. */
const maxLogPages = 8_000;
const firmTries = 100;
const pageBytes = 4_096;

export interface Checkpoints {
  /** Counts what was written. */
  note(operations: readonly Operation[]): void;
  /** True when something was written since the last checkpoint. */
  isDue(when: "busy" | "idle"): boolean;
  /**
   * Copies the log into the database, so that the log can start again. Never throws. False when it failed, or when a
   * reader kept the log from getting short: then nothing is wrong yet, but the log grows.
   */
  run(): boolean;
  /** Why the last one failed. */
  trouble(): string | undefined;
}

interface CheckpointRow {
  readonly busy: number;
  /** Pages in the log, and how many of them are in the database. */
  readonly log: number;
  readonly checkpointed: number;
}

/** Keeps the write-ahead log short. A failed checkpoint loses nothing: the log holds what was committed. */
export function createCheckpoints(database: Database): Checkpoints {
  const passive = database.prepare<[], CheckpointRow>("PRAGMA wal_checkpoint(PASSIVE)");
  const truncate = database.prepare<[], CheckpointRow>("PRAGMA wal_checkpoint(TRUNCATE)");
  let pages = 0;
  let trouble: string | undefined;

  /** False when the log stays long. */
  function copy(): boolean {
    const row = passive.get();
    if (row === undefined || row.log <= maxLogPages) return true;
    // Other processes write or read at every moment that this one chose: take the lock, and keep on asking for it.
    for (let tries = 0; tries < firmTries; tries++) {
      if (truncate.get()?.busy === 0) return true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
    return false;
  }

  return {
    note(operations) {
      for (const operation of operations) pages += 1 + Math.floor(valueLength(operation) / pageBytes);
    },
    isDue: (when) => pages >= (when === "idle" ? 1 : markPages),
    run() {
      pages = 0;
      try {
        const isShort = copy();
        trouble = undefined;
        return isShort;
      } catch (error) {
        trouble = `checkpoint failed: ${describeError(error)}`;
        return false;
      }
    },
    trouble: () => trouble,
  };
}

function valueLength(operation: Operation): number {
  return "row" in operation ? operation.row.value.length : 0;
}
