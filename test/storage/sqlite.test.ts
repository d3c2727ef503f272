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

describe("the totals of an SQLite file", () => {
  it("count what was in it before it kept any", async () => {
    const file = join(createTempFolder(), "store.db");
    const database = openWritingConnection(file, 0);
    const insert = database.prepare("INSERT INTO latchkey_records (kind, key, version, value) VALUES (?, ?, 1, '{}')");
    for (const [kind, key] of [
      ["a", "1"],
      ["a", "2"],
      ["b", "1"],
    ])
      insert.run(kind, key);
    // The file as the first release left it.
    database.exec(
      "DROP TRIGGER latchkey_records_added; DROP TRIGGER latchkey_records_removed; DROP TABLE latchkey_totals; " +
        "DELETE FROM latchkey_migrations WHERE version = 2",
    );
    database.close();
    const driver = await openSqlite({ file });
    await driver.insert({ ...row, kind: "b", key: "2" });
    expect(await driver.countByKind?.()).toEqual(
      new Map([
        ["a", 2],
        ["b", 2],
      ]),
    );
    await driver.close();
  });

  it("hold what another process has written", async () => {
    const file = join(createTempFolder(), "store.db");
    const [first, second] = [await openSqlite({ file }), await openSqlite({ file })];
    await Promise.all([first.insert({ ...row, key: "a" }), second.insert({ ...row, key: "b" })]);
    expect(await first.countByKind?.()).toEqual(new Map([["thing", 2]]));
    await first.close();
    await second.close();
  });

  it("are read without looking at the rows", () => {
    const database = openWritingConnection(join(createTempFolder(), "store.db"), 0);
    const plan = JSON.stringify(database.prepare("EXPLAIN QUERY PLAN SELECT kind, total FROM latchkey_totals").all());
    expect(plan).not.toContain("latchkey_records");
    database.close();
  });
});

describe("whoever watches an SQLite file", () => {
  it("is told how many writes shared a commit, and of checkpoints that worked", async () => {
    const commits: number[] = [];
    const checkpoints: boolean[] = [];
    let isTold: (() => void) | undefined;
    const checkpointed = new Promise<void>((resolve) => {
      isTold = resolve;
    });
    const watch = {
      committed: (writes: number) => void commits.push(writes),
      checkpointed(isDone: boolean) {
        checkpoints.push(isDone);
        isTold?.();
      },
    };
    const driver = await openSqlite({ file: join(createTempFolder(), "store.db"), watch });
    await Promise.all(Array.from({ length: 40 }, (_, i) => driver.insert({ ...row, key: `${i}` })));
    expect(commits.reduce((sum, writes) => sum + writes, 0)).toBe(40);
    expect(commits.length).toBeLessThan(40);
    await checkpointed;
    expect(checkpoints).toEqual([true]);
    await driver.close();
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
