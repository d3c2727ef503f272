import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Secret } from "../../src/platform/secret.js";
import type { RecordKind } from "../../src/records/kind.js";
import { createCollection } from "../../src/storage/create-collection.js";
import type { NewRow, StorageDriver } from "../../src/storage/driver.js";
import { createSealingCodec } from "../../src/storage/sealing-codec.js";
import { createSweep } from "../../src/storage/sweep.js";
import { counterKind } from "../support/counter.js";

const noteKind: RecordKind<{ text: string }> = {
  name: "note",
  schema: z.object({ text: z.string() }),
  expiresAt: () => undefined,
  indexes: {},
  sealed: ["text"],
};

/** What every driver must do. `open` gives an empty store; the suite closes it. `counts`: it offers `countByKind`. */
export function describeDriver(name: string, open: () => Promise<StorageDriver>, { counts = true } = {}): void {
  describe(`storage driver ${name}`, () => {
    let driver: StorageDriver;
    beforeEach(async () => {
      driver = await open();
    });
    afterEach(() => driver.close());
    const current = (): StorageDriver => driver;

    describe("rows", () => testRows(current));
    describe("compare-and-swap", () => testSwaps(current));
    describe("collections at once", () => testCollections(current));
    describe("expiry", () => testExpiry(current));
    describe("pages and indexes", () => testScans(current));
    if (counts) describe("totals", () => testTotals(current));
  });
}

function row(key: string, more: Partial<NewRow> = {}): NewRow {
  return { kind: "thing", key, value: `{"key":"${key}"}`, expiresAt: null, indexes: [null, null], ...more };
}

function testRows(driver: () => StorageDriver): void {
  it("answers to a ping", async () => {
    await expect(driver().ping()).resolves.toBeUndefined();
  });

  it("finds nothing under a key that was never written", async () => {
    expect(await driver().get("thing", "a")).toBeUndefined();
  });

  it("gives a row back as it was written, in version 1", async () => {
    const value = JSON.stringify({ text: "ä \u0000 \u{1f511} '\"\\", list: [1, null], large: "x".repeat(1_000_000) });
    expect(await driver().insert(row("a", { value, expiresAt: 1_795_809_501_520 }))).toBe(true);
    expect(await driver().get("thing", "a")).toEqual({ key: "a", version: 1, value, expiresAt: 1_795_809_501_520 });
  });

  it("does not insert under a key that is taken, not even by a row that has expired", async () => {
    await driver().insert(row("a", { value: "1", expiresAt: 1 }));
    expect(await driver().insert(row("a", { value: "2" }))).toBe(false);
    expect(await driver().get("thing", "a")).toMatchObject({ value: "1", version: 1 });
  });

  it("keeps kinds apart, and keys that differ in case or in a trailing space", async () => {
    await driver().insert(row("a", { value: "1" }));
    for (const other of [row("A"), row("a "), row("a", { kind: "other", value: "2" })]) {
      expect(await driver().insert(other)).toBe(true);
    }
    expect(await driver().get("thing", "a")).toMatchObject({ value: "1" });
    expect(await driver().get("other", "a")).toMatchObject({ value: "2" });
  });

  it("removes a row once", async () => {
    await driver().insert(row("a"));
    expect(await driver().remove("other", "a")).toBe(false);
    expect(await driver().remove("thing", "a")).toBe(true);
    expect(await driver().remove("thing", "a")).toBe(false);
    expect(await driver().get("thing", "a")).toBeUndefined();
  });

  it("starts again at version 1 after a removal", async () => {
    await driver().insert(row("a"));
    await driver().replace(row("a"), 1);
    await driver().remove("thing", "a");
    expect(await driver().insert(row("a"))).toBe(true);
    expect(await driver().get("thing", "a")).toMatchObject({ version: 1 });
  });

  it("inserts one of many rows that come at once under one key", async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => driver().insert(row("a", { value: `${i}` }))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await driver().get("thing", "a")).toMatchObject({ value: `${won.indexOf(true)}`, version: 1 });
  });
}

function testSwaps(driver: () => StorageDriver): void {
  it("replaces a row in the expected version only", async () => {
    await driver().insert(row("a", { value: "1" }));
    expect(await driver().replace({ kind: "thing", key: "a", value: "2" }, 1)).toBe(true);
    expect(await driver().replace({ kind: "thing", key: "a", value: "3" }, 1)).toBe(false);
    expect(await driver().replace({ kind: "thing", key: "a", value: "3" }, 3)).toBe(false);
    expect(await driver().get("thing", "a")).toMatchObject({ value: "2", version: 2 });
  });

  it("replaces nothing where there is no row", async () => {
    expect(await driver().replace({ kind: "thing", key: "a", value: "1" }, 1)).toBe(false);
    expect(await driver().get("thing", "a")).toBeUndefined();
  });

  it("removes a row in the expected version only", async () => {
    await driver().insert(row("a"));
    await driver().replace({ kind: "thing", key: "a", value: "2" }, 1);
    expect(await driver().remove("thing", "a", 1)).toBe(false);
    expect(await driver().remove("thing", "a", 2)).toBe(true);
  });

  it("lets one of many swaps of one version win", async () => {
    await driver().insert(row("a"));
    const swaps = Array.from({ length: 20 }, (_, i) => driver().replace({ kind: "thing", key: "a", value: `${i}` }, 1));
    const won = await Promise.all(swaps);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await driver().get("thing", "a")).toMatchObject({ value: `${won.indexOf(true)}`, version: 2 });
  });

  it("leaves expiry and indexes as they are where a change does not carry them", async () => {
    await driver().insert(row("a", { expiresAt: 5, indexes: ["red", "round"] }));
    await driver().replace({ kind: "thing", key: "a", value: "2" }, 1);
    expect(await driver().get("thing", "a")).toMatchObject({ expiresAt: 5 });
    for (const where of [
      { slot: 0, value: "red" },
      { slot: 1, value: "round" },
    ]) {
      expect(await driver().scan({ kind: "thing", where, limit: 9 })).toHaveLength(1);
    }
  });

  it("changes expiry and indexes, together and alone, also to none", async () => {
    await driver().insert(row("a", { expiresAt: 5, indexes: ["red", "round"] }));
    await driver().replace({ kind: "thing", key: "a", value: "2", expiresAt: 7 }, 1);
    await driver().replace({ kind: "thing", key: "a", value: "3", indexes: ["blue", null] }, 2);
    expect(await driver().get("thing", "a")).toMatchObject({ expiresAt: 7, value: "3" });
    const find = (slot: number, value: string) => driver().scan({ kind: "thing", where: { slot, value }, limit: 9 });
    expect(await find(0, "red")).toEqual([]);
    expect(await find(1, "round")).toEqual([]);
    expect(await find(0, "blue")).toMatchObject([{ key: "a", version: 3 }]);
    await driver().replace({ kind: "thing", key: "a", value: "4", expiresAt: null, indexes: [null, "square"] }, 3);
    expect(await driver().get("thing", "a")).toMatchObject({ expiresAt: null });
    expect(await find(0, "blue")).toEqual([]);
    expect(await find(1, "square")).toHaveLength(1);
  });
}

function testCollections(driver: () => StorageDriver): void {
  const open = () => createCollection(driver(), counterKind, createSealingCodec([]));

  it("give a record that 20 take at once to one of them", async () => {
    const counters = open();
    await counters.insert("a", { count: 7 });
    const taken = await Promise.all(Array.from({ length: 20 }, () => counters.take("a")));
    expect(taken.filter((record) => record !== undefined)).toEqual([{ count: 7 }]);
    expect(await counters.find("a")).toBeUndefined();
  });

  it("lose no update of 100 that come at once", async () => {
    const counters = open();
    await counters.insert("a", { count: 0 });
    const add = () => counters.update("a", ({ count }) => ({ put: { count: count + 1 }, result: count + 1 }));
    const results = await Promise.all(Array.from({ length: 100 }, add));
    expect(results.toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(await counters.find("a")).toEqual({ key: "a", version: 101, record: { count: 100 } });
  });

  it("let either the updates before it or the removal count, never half of both", async () => {
    const counters = open();
    await counters.insert("a", { count: 0 });
    const add = () => counters.update("a", ({ count }) => ({ put: { count: count + 1 }, result: count + 1 }));
    const remove = counters.update("a", ({ count }) => ({ remove: true, result: count }));
    const results = await Promise.all([...Array.from({ length: 20 }, add)]);
    expect(results.filter((result) => result !== undefined)).toHaveLength((await remove) ?? -1);
    expect(await counters.find("a")).toBeUndefined();
  });

  it("do not open a sealed member that somebody moved to another row", async () => {
    const codec = createSealingCodec([new Secret(randomBytes(32).toString("base64"))]);
    const notes = createCollection(driver(), noteKind, codec);
    await notes.insert("mine", { text: "mine" });
    await notes.insert("yours", { text: "yours" });
    const mine = await driver().get("note", "mine");
    expect(mine?.value).not.toContain("mine");
    expect(await notes.find("yours")).toMatchObject({ record: { text: "yours" } });
    await driver().replace({ kind: "note", key: "yours", value: mine?.value ?? "" }, 1);
    await expect(notes.find("yours")).rejects.toThrow(/altered or moved/);
    expect(await notes.find("mine")).toMatchObject({ record: { text: "mine" } });
  });
}

function testExpiry(driver: () => StorageDriver): void {
  it("removes rows whose expiry has passed, of every kind, and no other", async () => {
    await driver().insert(row("old", { expiresAt: 99 }));
    await driver().insert(row("old too", { kind: "other", expiresAt: 1 }));
    await driver().insert(row("due", { expiresAt: 100 }));
    await driver().insert(row("later", { expiresAt: 101 }));
    await driver().insert(row("for ever"));
    expect(await driver().removeExpired(100, 50)).toBe(2);
    expect((await driver().scan({ kind: "thing", limit: 9 })).map(({ key }) => key)).toEqual([
      "due",
      "for ever",
      "later",
    ]);
    expect(await driver().removeExpired(100, 50)).toBe(0);
  });

  it("removes no more rows at a time than it is asked to", async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => driver().insert(row(`${i}`, { expiresAt: 1 }))));
    expect(await driver().removeExpired(2, 20)).toBe(20);
    expect(await driver().removeExpired(2, 20)).toBe(10);
  });

  it("is swept in batches until nothing is left, when the injected clock says so", async () => {
    let now = 1_000;
    const sweep = createSweep({ driver: driver(), clock: () => now, intervalMs: 60_000 });
    await Promise.all(Array.from({ length: 120 }, (_, i) => driver().insert(row(`${i}`, { expiresAt: 5_000 }))));
    await sweep.runOnce();
    expect(await driver().scan({ kind: "thing", limit: 500 })).toHaveLength(120);
    now = 5_001;
    await sweep.runOnce();
    expect(await driver().scan({ kind: "thing", limit: 500 })).toEqual([]);
  });
}

function testTotals(driver: () => StorageDriver): void {
  const count = async () => {
    const totals = await driver().countByKind?.();
    return { thing: totals?.get("thing") ?? 0, other: totals?.get("other") ?? 0, isTold: totals !== undefined };
  };

  it("are told for an empty store", async () => {
    expect(await count()).toEqual({ thing: 0, other: 0, isTold: true });
  });

  it("follow inserts, removals and the sweep, kind by kind", async () => {
    for (const key of ["a", "b", "c"]) await driver().insert(row(key, { expiresAt: key === "a" ? 1 : null }));
    await driver().insert(row("a", { kind: "other", expiresAt: 1 }));
    expect(await count()).toMatchObject({ thing: 3, other: 1 });
    await driver().remove("thing", "b");
    expect(await count()).toMatchObject({ thing: 2, other: 1 });
    expect(await driver().removeExpired(2, 50)).toBe(2);
    expect(await count()).toMatchObject({ thing: 1, other: 0 });
  });

  it("are not moved by what changes no number: a key that is taken, a swap, a removal of nothing", async () => {
    await driver().insert(row("a"));
    expect(await driver().insert(row("a"))).toBe(false);
    expect(await driver().replace(row("a", { expiresAt: 5, indexes: ["x", "y"] }), 1)).toBe(true);
    expect(await driver().remove("thing", "a", 9)).toBe(false);
    expect(await driver().remove("thing", "b")).toBe(false);
    expect(await count()).toMatchObject({ thing: 1 });
  });

  it("are right after many writes at once", async () => {
    const keys = Array.from({ length: 200 }, (_, i) => `${i}`);
    await Promise.all(keys.map((key) => driver().insert(row(key))));
    await Promise.all(keys.map((key, i) => (i % 2 === 0 ? driver().remove("thing", key) : driver().insert(row(key)))));
    expect(await count()).toMatchObject({ thing: 100 });
  });
}

function testScans(driver: () => StorageDriver): void {
  const keys = ["B", "a", "b", "ä", "\u{ffee}", "\u{1f511}"];

  it("lists the rows of a kind in the byte order of their keys, page by page", async () => {
    for (const key of keys.toReversed()) await driver().insert(row(key));
    await driver().insert(row("c", { kind: "other" }));
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await driver().scan({ kind: "thing", limit: 4, ...(after !== undefined && { after }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ key }) => key));
    }
    expect(seen).toEqual(keys);
  });

  it("lists by an index value, page by page, and gives whole rows", async () => {
    for (let i = 10; i < 22; i++) {
      await driver().insert(
        row(`${i}`, { value: `${i}`, expiresAt: i, indexes: [i % 2 === 0 ? "even" : "odd", null] }),
      );
    }
    const where = { slot: 0, value: "even" };
    const first = await driver().scan({ kind: "thing", where, limit: 4 });
    expect(first.map(({ key }) => key)).toEqual(["10", "12", "14", "16"]);
    expect(first[1]).toEqual({ key: "12", version: 1, value: "12", expiresAt: 12 });
    const rest = await driver().scan({ kind: "thing", where, after: "16", limit: 4 });
    expect(rest.map(({ key }) => key)).toEqual(["18", "20"]);
  });

  it("keeps index slots and kinds apart", async () => {
    await driver().insert(row("a", { indexes: ["x", "y"] }));
    await driver().insert(row("b", { kind: "other", indexes: ["x", null] }));
    const find = (kind: string, slot: number, value: string) =>
      driver().scan({ kind, where: { slot, value }, limit: 9 });
    expect(await find("thing", 0, "x")).toMatchObject([{ key: "a" }]);
    expect(await find("thing", 1, "y")).toMatchObject([{ key: "a" }]);
    expect(await find("thing", 1, "x")).toEqual([]);
    expect(await find("other", 0, "x")).toMatchObject([{ key: "b" }]);
  });
}
