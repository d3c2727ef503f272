import type { Worker } from "node:worker_threads";
import { StorageRefusedError, StorageUnavailableError, type StorageWatch } from "../../driver.js";
import type { Command, Operation, Outcome, Report } from "./protocol.js";

/** More waiting operations than any healthy disk leaves waiting: callers are better served by a prompt 503. */
const maxWaiting = 10_000;
const pingWaitMs = 2_000;
const restartPauseMs = 1_000;

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The main thread's end of the writer thread. Operations of one turn of the event loop go out as one message. A thread
 * that dies takes the answers of what was sent with it (written or not, nobody knows); a new one is started.
 */
export class Writer {
  readonly #startThread: () => Worker;
  readonly #watch: StorageWatch | undefined;
  readonly #unsent: { operation: Operation; waiting: Waiting<number> }[] = [];
  readonly #sent: Waiting<number>[] = [];
  readonly #pings = new Set<Waiting<void>>();
  #thread: Worker | undefined;
  #isReady = false;
  #isClosing = false;
  #restart: NodeJS.Timeout | undefined;

  private constructor(startThread: () => Worker, watch: StorageWatch | undefined) {
    this.#startThread = startThread;
    this.#watch = watch;
  }

  /** Rejects with `StorageRefusedError` or `StorageUnavailableError` when the first thread cannot open the store. */
  static async open(startThread: () => Worker, watch?: StorageWatch): Promise<Writer> {
    const writer = new Writer(startThread, watch);
    try {
      await writer.#start();
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** The number of rows changed, once that is durable. */
  write(operation: Operation): Promise<number> {
    if (this.#thread === undefined || this.#isClosing) return Promise.reject(this.#createDownError());
    if (this.#unsent.length + this.#sent.length >= maxWaiting) {
      return Promise.reject(new StorageUnavailableError(`${maxWaiting} writes wait for the storage already`));
    }
    return new Promise((resolve, reject) => {
      this.#unsent.push({ operation, waiting: { resolve, reject } });
      if (this.#unsent.length === 1) setImmediate(() => this.#send());
    });
  }

  /** Rejects unless the thread answers soon, and its checkpoints work. Writes nothing. */
  ping(): Promise<void> {
    if (this.#thread === undefined || this.#isClosing) return Promise.reject(this.#createDownError());
    return new Promise((resolve, reject) => {
      const ping = { resolve, reject };
      this.#pings.add(ping);
      // Where the answer was in time, the promise is settled and this does nothing.
      setTimeout(() => {
        this.#pings.delete(ping);
        reject(new StorageUnavailableError("the storage writer does not answer"));
      }, pingWaitMs).unref();
      this.#post({ type: "ping" });
    });
  }

  /** Finishes what was asked for before, and ends the thread. */
  async close(): Promise<void> {
    this.#send();
    this.#isClosing = true;
    clearTimeout(this.#restart);
    const thread = this.#thread;
    if (thread === undefined) return;
    const exited = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
    this.#post({ type: "close" });
    await exited;
  }

  #start(): Promise<void> {
    const thread = this.#startThread();
    this.#thread = thread;
    return new Promise((resolve, reject) => {
      let cause: unknown;
      thread.on("message", (report: Report) => {
        if (report.type === "ready") {
          this.#isReady = true;
          resolve();
        } else if (report.type === "failed") reject(createOpenError(report));
        else this.#receive(report);
      });
      thread.on("error", (error) => {
        cause = error;
      });
      thread.once("exit", () => {
        const error = new StorageUnavailableError("the storage writer has stopped", { cause });
        reject(error);
        this.#lose(error);
      });
    });
  }

  /** A thread that had worked is replaced at once, one that could not even open the store after a pause. */
  #lose(error: StorageUnavailableError): void {
    this.#thread = undefined;
    const lost = [...this.#sent.splice(0), ...this.#unsent.splice(0).map(({ waiting }) => waiting), ...this.#pings];
    this.#pings.clear();
    for (const { reject } of lost) reject(error);
    if (this.#isClosing) return;
    const pauseMs = this.#isReady ? 0 : restartPauseMs;
    this.#isReady = false;
    this.#restart = setTimeout(() => this.#start().catch(() => undefined), pauseMs).unref();
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const unsent = this.#unsent.splice(0);
    for (const { waiting } of unsent) this.#sent.push(waiting);
    this.#post({ type: "write", operations: unsent.map(({ operation }) => operation) });
  }

  #post(command: Command): void {
    this.#thread?.postMessage(command);
  }

  #receive(report: Extract<Report, { type: "done" | "checkpoint" | "pong" }>): void {
    if (report.type === "done") {
      settle(this.#sent.splice(0, report.outcomes.length), report.outcomes);
      if (isCommitted(report.outcomes)) this.#watch?.committed(report.outcomes.length);
      return;
    }
    if (report.type === "checkpoint") {
      this.#watch?.checkpointed(report.isDone);
      return;
    }
    for (const { resolve, reject } of this.#pings) {
      if (report.trouble === undefined) resolve();
      else reject(new StorageUnavailableError(report.trouble));
    }
    this.#pings.clear();
  }

  #createDownError(): StorageUnavailableError {
    return new StorageUnavailableError(this.#isClosing ? "the storage is closed" : "the storage writer is not running");
  }
}

function settle(waiting: readonly Waiting<number>[], outcomes: readonly Outcome[]): void {
  for (const [index, outcome] of outcomes.entries()) {
    if (typeof outcome === "number") waiting[index]?.resolve(outcome);
    else waiting[index]?.reject(createWriteError(outcome));
  }
}

/** A transaction that fails takes all its operations along, so the first tells for all. */
function isCommitted([first]: readonly Outcome[]): boolean {
  return typeof first === "number" || first?.scope === "operation";
}

function createWriteError(failure: Exclude<Outcome, number>): Error {
  return failure.scope === "transaction"
    ? new StorageUnavailableError(`storage write failed: ${failure.message}`)
    : new Error(`storage refused a row: ${failure.message}`);
}

function createOpenError(report: Extract<Report, { type: "failed" }>): Error {
  return report.isRefused ? new StorageRefusedError(report.message) : new StorageUnavailableError(report.message);
}
