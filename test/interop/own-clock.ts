import { vi } from "vitest";

/** Sets the clock of this process to the machine's plus this, and stops it there; 0 gives the real one back. */
export function setOwnClock(aheadMs: number): void {
  vi.useRealTimers();
  if (aheadMs !== 0) vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + aheadMs });
}
