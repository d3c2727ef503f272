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
  /** Copies the log into the database, so that the log can start again. Never throws. */
  run(): void;
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

  function copy(): void {
    const row = passive.get();
    if (row === undefined || row.log <= maxLogPages) return;
    // Other processes write or read at every moment that this one chose: take the lock, and keep on asking for it.
    for (let tries = 0; tries < firmTries && truncate.get()?.busy !== 0; tries++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }

  return {
    note(operations) {
      for (const operation of operations) pages += 1 + Math.floor(valueLength(operation) / pageBytes);
    },
    isDue: (when) => pages >= (when === "idle" ? 1 : markPages),
    run() {
      pages = 0;
      try {
        copy();
        trouble = undefined;
      } catch (error) {
        trouble = `checkpoint failed: ${describeError(error)}`;
      }
    },
    trouble: () => trouble,
  };
}

function valueLength(operation: Operation): number {
  return "row" in operation ? operation.row.value.length : 0;
}
