import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type StorageDriver, StorageUnavailableError } from "../../src/storage/driver.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { openWritingConnection } from "../../src/storage/drivers/sqlite/open-connection.js";
import { openStorage } from "../../src/storage/open-storage.js";
import { createTempFolder } from "../support/temp-folder.js";
import { describeDriver } from "./conformance.js";

describeDriver("sqlite3", () => openSqlite({ file: join(createTempFolder(), "store.db") }));

const row = { kind: "thing", key: "a", value: "{}", expiresAt: null, indexes: [] };

describe("an SQLite file", () => {
  it("keeps its rows over a close, and leaves no other file behind", async () => {
    const folder = createTempFolder();
    const file = join(folder, "store.db");
    const first = await openStorage({ type: "sqlite3", file });
    await first.insert(row);
    await first.close();
    expect(readdirSync(folder)).toEqual(["store.db"]);
    const second = await openStorage({ type: "sqlite3", file });
    expect(await second.get("thing", "a")).toEqual({ key: "a", version: 1, value: "{}", expiresAt: null });
    await second.close();
  });

  it("is written with synchronous=FULL, also when it is opened again", () => {
    const file = join(createTempFolder(), "store.db");
    for (let opened = 0; opened < 2; opened++) {
      const database = openWritingConnection(file, 0);
      expect(database.pragma("synchronous", { simple: true })).toBe(2);
      expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
      expect(database.pragma("wal_autocheckpoint", { simple: true })).toBe(0);
      database.close();
    }
  });

  it("may have a name that SQLite would take for something else", async () => {
    const folder = createTempFolder();
    for (const name of ["file:a b.db", "a?mode=memory", "100%25.db", "#.db"]) {
      const driver = await openSqlite({ file: join(folder, name) });
      await driver.insert(row);
      await driver.close();
      expect(readdirSync(folder)).toContain(name);
    }
  });

  it("finds expired rows and listed rows through an index", () => {
    const database = openWritingConnection(join(createTempFolder(), "store.db"), 0);
    const plan = (sql: string): string => JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    const records = "FROM latchkey_records WHERE";
    expect(plan(`SELECT rowid ${records} expires_at < 5 ORDER BY expires_at LIMIT 50`)).toContain(
      "latchkey_records_expiry",
    );
    expect(plan(`SELECT value ${records} kind = 'a' AND key = 'b'`)).toContain("latchkey_records_key");
    const listed = plan(`SELECT value ${records} kind = 'a' AND index0 = 'b' AND key > 'c' ORDER BY key LIMIT 5`);
    expect(listed).toContain("latchkey_records_index0");
    expect(listed).not.toContain("TEMP B-TREE");
    database.close();
  });
});

describe("Dex's names for a database without a file", () => {
  it.each(["", ":memory:"])("open the memory driver (%j)", async (file) => {
    const driver = await openStorage({ type: "sqlite3", file });
    expect(await driver.insert(row)).toBe(true);
    await driver.close();
  });
});

describe("closing", () => {
  it("finishes the writes that wait, and refuses later ones", async () => {
    const file = join(createTempFolder(), "store.db");
    const driver = await openSqlite({ file });
    const writes = Array.from({ length: 500 }, (_, i) => driver.insert({ ...row, key: `${i}` }));
    const closed = driver.close();
    await expect(driver.insert(row)).rejects.toThrow(StorageUnavailableError);
    await expect(driver.get("thing", "a")).rejects.toThrow(StorageUnavailableError);
    await expect(driver.ping()).rejects.toThrow(StorageUnavailableError);
    expect((await Promise.all(writes)).every(Boolean)).toBe(true);
    await closed;
    await driver.close();
    const again = await openSqlite({ file });
    expect(await countRows(again)).toBe(500);
    await again.close();
  });
});

async function countRows(driver: StorageDriver): Promise<number> {
  return (await driver.scan({ kind: "thing", limit: 1_000 })).length;
}
