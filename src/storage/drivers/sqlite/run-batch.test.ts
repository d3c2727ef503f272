import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NewRow } from "../../driver.js";
import { openWritingConnection } from "./open-connection.js";
import type { Operation } from "./protocol.js";
import { createRunBatch } from "./run-batch.js";

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  database = openWritingConnection(join(folder, "store.db"), 0);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function insert(key: string, more: Partial<NewRow> = {}): Operation {
  return { type: "insert", row: { kind: "thing", key, value: "{}", expiresAt: null, indexes: [], ...more } };
}

function countRows(): unknown {
  return database.prepare("SELECT count(*) FROM latchkey_records").pluck().get();
}

describe("a batch", () => {
  it("answers each operation with the rows it changed, in order", () => {
    const runBatch = createRunBatch(database, 0);
    const change = { kind: "thing", key: "a", value: "2" };
    const outcomes = runBatch([
      insert("a"),
      insert("a"),
      { type: "replace", row: change, expected: 1 },
      { type: "replace", row: change, expected: 1 },
      insert("b", { expiresAt: 1 }),
      insert("c", { expiresAt: 1 }),
      { type: "removeExpired", now: 2, limit: 9 },
      { type: "remove", kind: "thing", key: "a", version: 2 },
    ]);
    expect(outcomes).toEqual([1, 0, 1, 0, 1, 1, 2, 1]);
  });

  it("lets an operation that cannot work fail alone", () => {
    const outcomes = createRunBatch(database, 0)([insert("a"), insert("b", { expiresAt: 1.5 }), insert("c")]);
    expect(outcomes).toEqual([1, { scope: "operation", message: expect.stringContaining("CONSTRAINT") }, 1]);
    expect(countRows()).toBe(2);
  });

  it("writes nothing when the disk is full, fails as a whole, and works again when there is room", () => {
    const runBatch = createRunBatch(database, 0);
    database.pragma("max_page_count = 10");
    const batch = [insert("a"), insert("b", { value: "x".repeat(100_000) }), insert("c")];
    const full = { scope: "transaction", message: expect.stringContaining("SQLITE_FULL") };
    expect(runBatch(batch)).toEqual([full, full, full]);
    expect(database.inTransaction).toBe(false);
    expect(countRows()).toBe(0);
    database.pragma("max_page_count = 1000000");
    expect(runBatch(batch)).toEqual([1, 1, 1]);
  });

  it("fails as a whole while another connection holds the write lock", () => {
    const other = openWritingConnection(join(folder, "store.db"), 0);
    const runBatch = createRunBatch(database, 5);
    other.exec("BEGIN IMMEDIATE");
    expect(runBatch([insert("a")])).toEqual([
      { scope: "transaction", message: expect.stringContaining("SQLITE_BUSY") },
    ]);
    other.exec("ROLLBACK");
    other.close();
    expect(runBatch([insert("a")])).toEqual([1]);
  });
});
