import type { Database } from "better-sqlite3";
import { createApply } from "./apply-operation.js";
import type { Operation, Outcome } from "./protocol.js";
import { retryWhileBusy } from "./retry-while-busy.js";
import { describeError, findSqliteCode } from "./sqlite-error.js";

export type RunBatch = (operations: readonly Operation[]) => readonly Outcome[];

/**
 * Runs operations in one transaction and returns when it is on the disk, so one sync serves them all. An operation that
 * cannot work fails alone. Where the transaction fails (lock, full disk, I/O error) all of them do, and nothing is written.
 */
export function createRunBatch(database: Database, lockWaitMs: number): RunBatch {
  const apply = createApply(database);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");

  function applyAlone(operation: Operation): Outcome {
    try {
      return apply(operation);
    } catch (error) {
      if (!database.inTransaction || !concernsOneStatement(error)) throw error;
      return { message: describeError(error), scope: "operation" };
    }
  }

  return (operations) => {
    try {
      retryWhileBusy(lockWaitMs, () => begin.run());
      const outcomes = operations.map(applyAlone);
      commit.run();
      return outcomes;
    } catch (error) {
      // After a full disk or an I/O error SQLite may have rolled back by itself.
      if (database.inTransaction) rollback.run();
      const failure = { message: describeError(error), scope: "transaction" } as const;
      return operations.map(() => failure);
    }
  };
}

/** SQLite has undone the statement alone; the transaction goes on. An error that is not SQLite's is about the values. */
function concernsOneStatement(error: unknown): boolean {
  const code = findSqliteCode(error);
  return code === undefined || /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(code);
}
