import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRefreshLoop, type RefreshLoop } from "./refresh-loop.js";

describe("the refresh loop", () => {
  let now = 0;
  let reads = 0;
  let failures: unknown[] = [];
  let outcome: () => Promise<void> = () => Promise.resolve();
  let loop: RefreshLoop;

  beforeEach(() => {
    vi.useFakeTimers();
    now = 1_000_000;
    reads = 0;
    failures = [];
    outcome = () => Promise.resolve();
    loop = createRefreshLoop({
      refresh: () => {
        reads += 1;
        return outcome();
      },
      clock: () => now,
      everyMs: 30_000,
      pauseMs: 1_000,
      onFailure: (error) => failures.push(error),
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("reads once for any number of unknown keys within the pause", async () => {
    await Promise.all(Array.from({ length: 1_000 }, () => loop.tickForUnknown()));
    now += 999;
    await loop.tickForUnknown();
    expect(reads).toBe(1);
    now += 1;
    await loop.tickForUnknown();
    expect(reads).toBe(2);
  });

  it("looks again after the clock was set back", async () => {
    await loop.tickForUnknown();
    now -= 3_600_000;
    await loop.tickForUnknown();
    expect(reads).toBe(2);
  });

  it("ticks on a timer until it is stopped, reports failures and goes on", async () => {
    const error = new Error("no disk");
    outcome = () => Promise.reject(error);
    loop.start();
    loop.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(failures).toEqual([error, error]);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toBe(2);
  });

  it("waits in stop for a tick that runs", async () => {
    let finish: () => void = () => undefined;
    outcome = () => new Promise((resolve) => (finish = resolve));
    loop.start();
    await vi.advanceTimersByTimeAsync(30_000);
    let isStopped = false;
    const stopped = loop.stop().then(() => (isStopped = true));
    await vi.advanceTimersByTimeAsync(1);
    expect(isStopped).toBe(false);
    finish();
    await stopped;
  });
});
