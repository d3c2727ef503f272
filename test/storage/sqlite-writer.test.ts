import { statSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { StorageUnavailableError } from "../../src/storage/driver.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { Writer } from "../../src/storage/drivers/sqlite/writer.js";
import { startStorageChild } from "../support/storage-child.js";
import { createTempFolder } from "../support/temp-folder.js";

function row(key: string, value = "{}") {
  return { kind: "thing", key, value, expiresAt: null, indexes: [] };
}

describe("a write that cannot be done now", () => {
  it("is rejected when another process keeps the lock too long; later writes work", async () => {
    const file = join(createTempFolder(), "store.db");
    const driver = await openSqlite({ file, lockWaitMs: 20 });
    const child = startStorageChild("lock", file);
    await child.nextLine();
    const writes = await Promise.allSettled([driver.insert(row("a")), driver.insert(row("b"))]);
    for (const write of writes)
      expect(write).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailableError) });
    child.tell("let go");
    await child.exited;
    expect(await driver.insert(row("a"))).toBe(true);
    await driver.close();
  });

  it("is rejected at once when 10,000 others wait, and those are written", async () => {
    const driver = await openSqlite({ file: join(createTempFolder(), "store.db") });
    const writes = Array.from({ length: 10_000 }, (_, i) => driver.insert(row(`${i}`)));
    await expect(driver.insert(row("one more"))).rejects.toThrow(StorageUnavailableError);
    expect((await Promise.all(writes)).every(Boolean)).toBe(true);
    expect(await driver.insert(row("one more"))).toBe(true);
    await driver.close();
  });
});

describe("a writer thread that dies", () => {
  const startDying = (file: string) => () =>
    new Worker(new URL("../support/dying-writer.worker.js", import.meta.url), {
      workerData: { file, lockWaitMs: 100 },
    });
  const insert = (key: string) => ({ type: "insert", row: row(key) }) as const;

  it("rejects what waited for it, fails pings meanwhile, and is replaced", async () => {
    const writer = await Writer.open(startDying(join(createTempFolder(), "store.db")));
    const writes = await Promise.allSettled([writer.write(insert("a")), writer.ping()]);
    for (const write of writes)
      expect(write).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailableError) });
    await expect(writer.ping()).rejects.toThrow(StorageUnavailableError);
    await expect(writer.write(insert("a"))).rejects.toThrow(StorageUnavailableError);
    await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve));
    expect(await writer.write(insert("a"))).toBe(1);
    await writer.ping();
    await writer.close();
  });
});

describe("the write-ahead log", () => {
  it("stays bounded under sustained writes and reads", async () => {
    const file = join(createTempFolder(), "store.db");
    const driver = await openSqlite({ file });
    const value = JSON.stringify("x".repeat(4_000));
    for (let round = 0; round < 40; round++) {
      const keys = Array.from({ length: 500 }, (_, i) => `${round} ${i}`);
      await Promise.all(keys.flatMap((key) => [driver.insert(row(key, value)), driver.get("thing", key)]));
    }
    // 20,000 rows of a page and more: without checkpoints the log would hold over 80 MiB.
    expect(statSync(file).size).toBeGreaterThan(40 * 1024 * 1024);
    expect(statSync(`${file}-wal`).size).toBeLessThan(40 * 1024 * 1024);
    await driver.close();
  });
});
