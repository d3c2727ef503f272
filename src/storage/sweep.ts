import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../platform/clock.js";
import type { StorageDriver } from "./driver.js";

/** Small, so that no write waits long behind a batch: in a large store each row costs a page read or two. */
const batchRows = 50;
const restShare = 3;
const maxRestMs = 1_000;

export interface SweepOptions {
  readonly driver: Pick<StorageDriver, "removeExpired">;
  readonly clock: Clock;
  /** Pause between two runs. */
  readonly intervalMs: number;
  /** Told of a run that failed; the next one tries again. */
  readonly report?: (error: unknown) => void;
  /** Told of every run that has ended, but for one that `stop` cut short. */
  readonly watch?: (run: SweepRun) => void;
}

export interface SweepRun {
  readonly outcome: "ok" | "failed";
  readonly removedRows: number;
  readonly durationMs: number;
  /** Epoch ms. */
  readonly endedAt: number;
}

export interface Sweep {
  start(): void;
  /** Resolves when the run under way has ended. */
  stop(): Promise<void>;
  /** Removes what has expired by now; joins the run under way. Never rejects. */
  runOnce(): Promise<void>;
}

/** Removes expired rows in the background. Timers are unreferenced: they keep no process alive. */
export function createSweep({ driver, clock, intervalMs, report, watch }: SweepOptions): Sweep {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = new AbortController();

  async function sweep({ signal }: AbortController): Promise<void> {
    const beganAt = performance.now();
    let removedRows = 0;
    const tell = (outcome: SweepRun["outcome"]): void =>
      watch?.({ outcome, removedRows, durationMs: performance.now() - beganAt, endedAt: clock() });
    try {
      while (!signal.aborted) {
        const startedAt = performance.now();
        const removed = await driver.removeExpired(clock(), batchRows);
        removedRows += removed;
        if (removed < batchRows) return tell("ok");
        // Rests in proportion: a large backlog, a slow disk or a busy writer must not be kept busy by the sweep.
        const restMs = Math.min(maxRestMs, restShare * (performance.now() - startedAt));
        await pause(restMs, undefined, { ref: false, signal });
      }
    } catch (error) {
      if (signal.aborted) return;
      report?.(error);
      tell("failed");
    }
  }

  function runOnce(): Promise<void> {
    running ??= sweep(stopping).finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    runOnce,
    start() {
      if (stopping.signal.aborted) stopping = new AbortController();
      timer ??= setInterval(runOnce, intervalMs).unref();
    },
    async stop() {
      stopping.abort();
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
}
