import { describe, expect, it } from "vitest";
import * as z from "zod";
import { sha256 } from "../platform/hashing.js";
import type { RecordKind } from "../records/kind.js";
import { createCollection } from "./create-collection.js";
import type { RowChange, StorageDriver } from "./driver.js";
import { openMemory } from "./drivers/memory/driver.js";
import { createSealingCodec } from "./sealing-codec.js";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 1);

const Thing = z.object({ name: z.string(), owner: z.string().optional(), endsAt: z.number().optional() });
type Thing = z.infer<typeof Thing>;

const thingKind: RecordKind<Thing> = {
  name: "thing",
  schema: Thing,
  expiresAt: (thing) => thing.endsAt,
  indexes: { name: (thing) => thing.name, owner: (thing) => thing.owner },
  sealed: [],
};

/** A collection over a real driver, and a record of what it asks of it. */
function open() {
  const driver = openMemory();
  const changes: RowChange[] = [];
  let reads = 0;
  const watched: StorageDriver = {
    ...driver,
    get(kind, key) {
      reads += 1;
      return driver.get(kind, key);
    },
    replace(row, expected) {
      changes.push(row);
      return driver.replace(row, expected);
    },
  };
  let now = start;
  const things = createCollection(watched, thingKind, createSealingCodec([]), { clock: () => now });
  return {
    driver,
    things,
    changes,
    countReads: () => reads,
    setClock(at: number): void {
      now = at;
    },
  };
}

function rename(name: string) {
  return (thing: Thing) => ({ put: { ...thing, name }, result: thing.name });
}

describe("update", () => {
  it("writes what the step puts, and gives its result", async () => {
    const { things } = open();
    await things.insert("a", { name: "old" });
    expect(await things.update("a", rename("new"))).toBe("old");
    expect(await things.find("a")).toEqual({ key: "a", version: 2, record: { name: "new" } });
  });

  it("gives undefined, without a step, where there is no record", async () => {
    const { things } = open();
    const step = () => {
      throw new Error("must not run");
    };
    expect(await things.update("a", step)).toBeUndefined();
  });

  it("writes nothing for a step that keeps", async () => {
    const { things, changes } = open();
    await things.insert("a", { name: "old" });
    expect(await things.update("a", (thing) => ({ keep: true, result: thing.name }))).toBe("old");
    expect(changes).toEqual([]);
    expect(await things.find("a")).toMatchObject({ version: 1 });
  });

  it("removes the record for a step that says so", async () => {
    const { things } = open();
    await things.insert("a", { name: "old" });
    expect(await things.update("a", () => ({ remove: true, result: "gone" }))).toBe("gone");
    expect(await things.find("a")).toBeUndefined();
  });

  it("refuses a step that decides nothing, and one that throws changes nothing", async () => {
    const { things } = open();
    await things.insert("a", { name: "old" });
    // What a promise looks like to `update`; its type forbids one, a caller without types does not know.
    await expect(things.update("a", () => JSON.parse("{}"))).rejects.toThrow("steps are synchronous");
    const broken = () => {
      throw new RangeError("broken step");
    };
    await expect(things.update("a", broken)).rejects.toThrow("broken step");
    expect(await things.find("a")).toMatchObject({ version: 1 });
  });

  it("runs the step again on what another writer left", async () => {
    const { things } = open();
    await things.insert("a", { name: "" });
    const add = (letter: string) =>
      things.update("a", ({ name }) => ({ put: { name: name + letter }, result: name + letter }));
    await Promise.all([..."abcdef"].map(add));
    const entry = await things.find("a");
    expect([...(entry?.record.name ?? "")].toSorted().join("")).toBe("abcdef");
  });
});

describe("update from an entry read before", () => {
  it("saves the read", async () => {
    const { things, countReads } = open();
    await things.insert("a", { name: "old" });
    const from = await things.find("a");
    if (from === undefined) throw new Error("not found");
    expect(await things.update("a", rename("new"), { from })).toBe("old");
    expect(countReads()).toBe(1);
  });

  it("reads again when the entry has been overtaken", async () => {
    const { things } = open();
    await things.insert("a", { name: "old" });
    const from = await things.find("a");
    await things.update("a", rename("newer"));
    if (from === undefined) throw new Error("not found");
    expect(await things.update("a", rename("newest"), { from })).toBe("newer");
  });

  it("does not keep on the word of an old entry: a change since then counts", async () => {
    const { things } = open();
    await things.insert("a", { name: "valid" });
    const from = await things.find("a");
    await things.update("a", rename("revoked"));
    if (from === undefined) throw new Error("not found");
    expect(await things.update("a", (thing) => ({ keep: true, result: thing.name }), { from })).toBe("revoked");
  });
});

describe("what a change carries", () => {
  it("is the value alone while indexes and rounded expiry stay", async () => {
    const { things, changes, setClock } = open();
    await things.insert("a", { name: "n", owner: "o", endsAt: start + 90 * 24 * hour + 1 });
    for (const minutes of [10, 20, 59]) {
      const now = start + minutes * 60_000;
      setClock(now);
      await things.update("a", (thing) => ({ put: { ...thing, endsAt: now + 90 * 24 * hour }, result: undefined }));
    }
    expect(changes.map((change) => Object.keys(change))).toEqual(Array(3).fill(["kind", "key", "value"]));
  });

  it("is the expiry too where that moves, rounded up", async () => {
    const { things, changes, driver } = open();
    await things.insert("a", { name: "n", endsAt: start + 48 * hour });
    await things.update("a", (thing) => ({ put: { ...thing, endsAt: start + 49 * hour + 1 }, result: undefined }));
    expect(changes).toMatchObject([{ expiresAt: start + 50 * hour }]);
    expect(changes[0]).not.toHaveProperty("indexes");
    await things.update("a", () => ({ put: { name: "n" }, result: undefined }));
    expect(await driver.get("thing", "a")).toMatchObject({ expiresAt: null });
  });

  it("is all indexes where one changes", async () => {
    const { things, changes } = open();
    await things.insert("a", { name: "n", owner: "o" });
    await things.update("a", rename("m"));
    await things.update("a", () => ({ put: { name: "m" }, result: undefined }));
    expect(changes).toMatchObject([{ indexes: ["m", "o"] }, { indexes: ["m", null] }]);
    expect(changes[0]).not.toHaveProperty("expiresAt");
  });
});

describe("reading", () => {
  it("faults on a row that does not fit its schema: kind, hash of the key and member, never content", async () => {
    const { things, driver } = open();
    await driver.insert({ kind: "thing", key: "key 1", value: '{"name":{"s3cret":1}}', expiresAt: null, indexes: [] });
    const expected = `the thing stored under ${sha256("key 1")} (hash) is not valid (name: invalid_type)`;
    await expect(things.find("key 1")).rejects.toThrow(new Error(expected));
    await expect(things.take("key 1")).rejects.toThrow(new Error(expected));
    expect(await driver.get("thing", "key 1")).toBeDefined();
  });

  it("lists by the name of an index, page by page, 500 rows at most", async () => {
    const { things } = open();
    for (let i = 0; i < 510; i++) await things.insert(`${1_000 + i}`, { name: "n", owner: i < 3 ? "me" : "you" });
    expect(await things.list()).toHaveLength(500);
    expect(await things.list({ limit: 501 })).toHaveLength(500);
    const where = { index: "owner", value: "me" };
    expect((await things.list({ where, limit: 2 })).map(({ key }) => key)).toEqual(["1000", "1001"]);
    expect(await things.list({ where, after: "1001" })).toMatchObject([
      { key: "1002", version: 1, record: { owner: "me" } },
    ]);
    await expect(things.list({ where: { index: "colour", value: "red" } })).rejects.toThrow(
      "thing has no index colour",
    );
  });
});
