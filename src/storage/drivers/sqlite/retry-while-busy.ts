import { isBusy } from "./sqlite-error.js";

const pauseMs = 1;

/**
 * Tries again each millisecond while another process holds the lock, for `waitMs` at most; then the last error is thrown.
 * For the writer thread alone: it blocks. SQLite's own waiting grows to 100 ms between two looks, so that a process which
 * writes all the time would starve the others; a steady, short pause gives everybody the same chance.
 */
export function retryWhileBusy<T>(waitMs: number, work: () => T): T {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}
