import type { NewRow, RowChange } from "../../driver.js";

/** One write. Each is a single statement, so that a failing one leaves its neighbours in the transaction alone. */
export type Operation =
  | { readonly type: "insert"; readonly row: NewRow }
  | { readonly type: "replace"; readonly row: RowChange; readonly expected: number }
  | { readonly type: "remove"; readonly kind: string; readonly key: string; readonly version?: number }
  | { readonly type: "removeExpired"; readonly now: number; readonly limit: number };

/** What the main thread tells the writer thread. */
export type Command =
  | { readonly type: "write"; readonly operations: readonly Operation[] }
  | { readonly type: "ping" }
  | { readonly type: "close" };

/** The rows changed, or why nothing was. */
export type Outcome = number | Failure;

export interface Failure {
  readonly message: string;
  /** `operation`: this one can never work. `transaction`: nothing of its batch was written; a later try may work. */
  readonly scope: "operation" | "transaction";
}

/** What the writer thread tells the main thread. Outcomes come in the order of the operations. */
export type Report =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly message: string; readonly isRefused: boolean }
  | { readonly type: "done"; readonly outcomes: readonly Outcome[] }
  | { readonly type: "checkpoint"; readonly isDone: boolean }
  | { readonly type: "pong"; readonly trouble?: string };

/** What the writer thread is started with. */
export interface WriterSettings {
  /** Absolute path. */
  readonly file: string;
  /** How long another process may hold the write lock before our writes fail. */
  readonly lockWaitMs: number;
}
