import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as tick } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createCollection } from "../../src/storage/create-collection.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { createSealingCodec } from "../../src/storage/sealing-codec.js";
import { counterKind } from "../support/counter.js";
import { startStorageChild } from "../support/storage-child.js";
import { createTempFolder } from "../support/temp-folder.js";

async function openCounters(file: string) {
  const driver = await openSqlite({ file });
  return { driver, counters: createCollection(driver, counterKind, createSealingCodec([])) };
}

describe("several processes on one SQLite file", () => {
  it("may all be the first to open it", async () => {
    for (let round = 0; round < 3; round++) {
      const file = join(createTempFolder(), "store.db");
      const children = Array.from({ length: 3 }, () => startStorageChild("open", file));
      expect(await Promise.all(children.map((child) => child.nextLine()))).toEqual(["open", "open", "open"]);
      expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0]);
    }
  });

  it("lose no update of one record, four of them and eight updates at a time in each", async () => {
    const file = join(createTempFolder(), "store.db");
    const { driver, counters } = await openCounters(file);
    await counters.insert("shared", { count: 0 });
    const children = Array.from({ length: 4 }, () => startStorageChild("increment", file, "80"));
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0, 0]);
    expect(await counters.find("shared")).toEqual({ key: "shared", version: 321, record: { count: 320 } });
    await driver.close();
  }, 120_000);

  it("do not hold each other's event loop while one has the write lock", async () => {
    const file = join(createTempFolder(), "store.db");
    const { driver, counters } = await openCounters(file);
    await counters.insert("a", { count: 1 });
    const child = startStorageChild("lock", file);
    expect(await child.nextLine()).toBe("locked");
    let isWritten = false;
    const write = counters.insert("b", { count: 2 }).then(() => {
      isWritten = true;
    });
    // The write is on its way and cannot end: timers and reads go on all the same.
    for (let ticks = 0; ticks < 50; ticks++) {
      await tick(1);
      expect(await counters.find("a")).toMatchObject({ record: { count: 1 } });
      expect(isWritten).toBe(false);
    }
    child.tell("let go");
    await write;
    expect(await counters.find("b")).toMatchObject({ record: { count: 2 } });
    await driver.close();
  });
});

describe("kill -9", () => {
  it("loses no write that was acknowledged, at any of 25 moments", async () => {
    const file = join(createTempFolder(), "store.db");
    const acknowledged = new Map<string, number>();
    for (let kills = 0; kills < 25; kills++) {
      const child = startStorageChild("acknowledge", file);
      let left = randomInt(1, 400);
      for await (const line of child.lines) {
        const [index = "", count = ""] = line.split(" ");
        acknowledged.set(`counter ${index}`, Number(count));
        if (--left === 0) child.kill();
      }
      expect(await child.exited).toBeNull();
      await expectAll(file, acknowledged);
    }
    expect(acknowledged.size).toBe(8);
  }, 120_000);
});

async function expectAll(file: string, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const { driver, counters } = await openCounters(file);
  for (const [key, count] of acknowledged) {
    const entry = await counters.find(key);
    expect(entry?.record.count).toBeGreaterThanOrEqual(count);
    // Whole writes only: version and value belong together.
    expect(entry?.version).toBe((entry?.record.count ?? 0) + 1);
  }
  await driver.close();
}
