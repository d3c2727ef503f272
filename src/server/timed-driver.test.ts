import { describe, expect, it } from "vitest";
import { type StorageDriver, StorageUnavailableError } from "../storage/driver.js";
import { openMemory } from "../storage/drivers/memory/driver.js";
import { timeDriver } from "./timed-driver.js";

const row = { kind: "thing", key: "a", value: "{}", expiresAt: 1, indexes: [] };

function open(inner: StorageDriver = openMemory()) {
  const writes: [boolean, number][] = [];
  return { driver: timeDriver(inner, (...write) => writes.push(write)), writes };
}

describe("a timed driver", () => {
  it("tells the time of every write, also of one that lost", async () => {
    const { driver, writes } = open();
    expect(await driver.insert(row)).toBe(true);
    expect(await driver.insert(row)).toBe(false);
    expect(await driver.replace({ kind: "thing", key: "a", value: "2" }, 1)).toBe(true);
    expect(await driver.remove("thing", "a", 2)).toBe(true);
    expect(writes).toEqual(Array.from({ length: 4 }, () => [true, expect.any(Number)]));
  });

  it("does everything else as before, and tells nothing of it", async () => {
    const { driver, writes } = open();
    await driver.insert(row);
    writes.length = 0;
    expect(await driver.get("thing", "a")).toMatchObject({ key: "a" });
    expect(await driver.scan({ kind: "thing", limit: 9 })).toHaveLength(1);
    expect(await driver.countByKind?.()).toEqual(new Map([["thing", 1]]));
    expect(await driver.removeExpired(2, 9)).toBe(1);
    await driver.ping();
    await driver.close();
    expect(writes).toEqual([]);
  });

  it("tells of a write that failed, and lets the failure through", async () => {
    const failing = { ...openMemory(), insert: () => Promise.reject(new StorageUnavailableError("full")) };
    const { driver, writes } = open(failing);
    await expect(driver.insert(row)).rejects.toThrow(StorageUnavailableError);
    expect(writes).toEqual([[false, expect.any(Number)]]);
  });

  it("cannot count where the driver cannot", () => {
    const { countByKind: _, ...rest } = openMemory();
    expect(open(rest).driver.countByKind).toBeUndefined();
  });
});
