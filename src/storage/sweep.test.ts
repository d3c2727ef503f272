import { expect, it, onTestFinished, vi } from "vitest";
import { StorageUnavailableError } from "./driver.js";
import { openMemory } from "./drivers/memory/driver.js";
import { createSweep } from "./sweep.js";

async function openExpired(rows: number) {
  const driver = openMemory();
  for (let i = 0; i < rows; i++) {
    await driver.insert({ kind: "thing", key: `${i}`, value: "{}", expiresAt: 1, indexes: [] });
  }
  const limits: number[] = [];
  let running = 0;
  return {
    driver,
    limits,
    /** The driver, watched: how much is asked for at a time, and that no two calls overlap. */
    watched: {
      async removeExpired(now: number, limit: number): Promise<number> {
        limits.push(limit);
        running += 1;
        expect(running).toBe(1);
        await new Promise(setImmediate);
        running -= 1;
        return driver.removeExpired(now, limit);
      },
    },
  };
}

it("removes 50 rows at a time until fewer are left", async () => {
  const { driver, watched, limits } = await openExpired(125);
  await createSweep({ driver: watched, clock: () => 2, intervalMs: 1_000 }).runOnce();
  expect(limits).toEqual([50, 50, 50]);
  expect(await driver.scan({ kind: "thing", limit: 500 })).toEqual([]);
});

it("never overlaps itself: a second run joins the first", async () => {
  const { watched, limits } = await openExpired(60);
  const sweep = createSweep({ driver: watched, clock: () => 2, intervalMs: 1_000 });
  await Promise.all([sweep.runOnce(), sweep.runOnce(), sweep.runOnce()]);
  expect(limits).toEqual([50, 50]);
});

it("reports a failure, does not throw, and works the next time", async () => {
  const { driver } = await openExpired(1);
  const reported: unknown[] = [];
  let isDown = true;
  const flaky = {
    async removeExpired(now: number, limit: number): Promise<number> {
      if (isDown) throw new StorageUnavailableError("down");
      return driver.removeExpired(now, limit);
    },
  };
  const sweep = createSweep({
    driver: flaky,
    clock: () => 2,
    intervalMs: 1_000,
    report: (error) => reported.push(error),
  });
  await sweep.runOnce();
  expect(reported).toEqual([expect.any(StorageUnavailableError)]);
  isDown = false;
  await sweep.runOnce();
  expect(reported).toHaveLength(1);
  expect(await driver.get("thing", "0")).toBeUndefined();
});

it("runs by itself once started, and not any more once stopped", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { watched, limits } = await openExpired(1);
  const sweep = createSweep({ driver: watched, clock: () => 2, intervalMs: 60_000 });
  sweep.start();
  sweep.start();
  vi.advanceTimersByTime(59_999);
  expect(limits).toEqual([]);
  vi.advanceTimersByTime(1);
  await sweep.stop();
  expect(limits).toEqual([50]);
  vi.advanceTimersByTime(600_000);
  expect(limits).toEqual([50]);
});

it("ends a run early when it is stopped", async () => {
  const { driver, watched } = await openExpired(500);
  const sweep = createSweep({ driver: watched, clock: () => 2, intervalMs: 1_000 });
  const run = sweep.runOnce();
  await sweep.stop();
  await run;
  expect(await driver.scan({ kind: "thing", limit: 500 })).not.toEqual([]);
});

it("tells of each run what it removed, how long it took and when it ended", async () => {
  const { watched } = await openExpired(70);
  const runs: unknown[] = [];
  const sweep = createSweep({ driver: watched, clock: () => 2, intervalMs: 1_000, watch: (run) => runs.push(run) });
  await sweep.runOnce();
  await sweep.runOnce();
  const run = { outcome: "ok", durationMs: expect.any(Number), endedAt: 2 };
  expect(runs).toEqual([
    { ...run, removedRows: 70 },
    { ...run, removedRows: 0 },
  ]);
});

it("tells of a run that failed, with what it had removed until then", async () => {
  const runs: unknown[] = [];
  const answers = [50, new StorageUnavailableError("down")];
  const flaky = {
    async removeExpired(): Promise<number> {
      const answer = answers.shift() ?? 0;
      if (typeof answer !== "number") throw answer;
      return answer;
    },
  };
  await createSweep({ driver: flaky, clock: () => 2, intervalMs: 1_000, watch: (run) => runs.push(run) }).runOnce();
  expect(runs).toMatchObject([{ outcome: "failed", removedRows: 50 }]);
});
