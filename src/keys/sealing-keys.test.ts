import { describe, expect, it } from "vitest";
import { createSealingCollection } from "../../test/support/key-store.js";
import { createSystemRandom } from "../platform/random.js";
import { lateMs } from "../records/key-rotation.js";
import type { SealingKeys } from "../records/sealing-keys.js";
import type { Collection } from "../storage/collection.js";
import { openSealer, type RotatingSealer, type SealerOptions } from "./sealing-keys.js";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 10, 1);

interface World {
  now: number;
  reads: number;
  readonly collection: Collection<SealingKeys>;
  open(changes?: Partial<SealerOptions>): Promise<RotatingSealer>;
}

function createWorld(): World {
  const store = createSealingCollection();
  const world: World = {
    now: start,
    reads: 0,
    collection: {
      ...store,
      find: (key) => {
        world.reads += 1;
        return store.find(key);
      },
    },
    open: (changes) =>
      openSealer({
        collection: world.collection,
        clock: () => world.now,
        random: createSystemRandom(),
        lifetimeMs: day,
        rotationPeriodMs: day,
        onFailure: (error) => {
          throw error;
        },
        ...changes,
      }),
  };
  return world;
}

const keyIdOf = (sealed: string): string => sealed.slice(0, 8);

async function pass(world: World, ms: number, ...all: RotatingSealer[]): Promise<void> {
  const end = world.now + ms;
  while (world.now < end) {
    world.now = Math.min(end, world.now + 30_000 * 10);
    for (const sealer of all) await sealer.tick();
  }
}

describe("a sealed value", () => {
  it.each(["", "x", "Zoë 🗝", "a".repeat(4_000)])("opens to what was sealed: %.10s", async (plain) => {
    const sealer = await createWorld().open();
    const sealed = sealer.seal("flow", plain);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(await sealer.open("flow", sealed)).toBe(plain);
  });

  it("never looks the same twice", async () => {
    const sealer = await createWorld().open();
    expect(new Set(Array.from({ length: 100 }, () => sealer.seal("flow", "same"))).size).toBe(100);
  });

  it("opens for its own purpose alone", async () => {
    const sealer = await createWorld().open();
    const sealed = sealer.seal("flow", "text");
    for (const purpose of ["", "flo", "flow ", "flow.b", "consent"]) {
      expect(await sealer.open(purpose, sealed)).toBeUndefined();
    }
  });

  it("does not open with any one letter changed, dropped or added", async () => {
    const sealer = await createWorld().open();
    const sealed = sealer.seal("flow", "text!");
    for (let at = 0; at < sealed.length; at++) {
      const letter = sealed.charAt(at) === "A" ? "B" : "A";
      expect(await sealer.open("flow", sealed.slice(0, at) + letter + sealed.slice(at + 1)), `${at}`).toBeUndefined();
      expect(await sealer.open("flow", sealed.slice(0, at) + sealed.slice(at + 1)), `${at}`).toBeUndefined();
    }
    for (const more of ["A", "=", " ", "\n", ".", "AAAA"]) {
      expect(await sealer.open("flow", sealed + more)).toBeUndefined();
    }
  });

  it.each(["", "A", "AAAAAAAA", "A".repeat(46), "é", "A".repeat(1_000_000)])(
    "is not found in garbage: %.20s",
    async (garbage) => {
      const sealer = await createWorld().open();
      expect(await sealer.open("flow", garbage)).toBeUndefined();
    },
  );

  it("does not open under keys of another storage", async () => {
    const [one, other] = [await createWorld().open(), await createWorld().open()];
    expect(await other.open("flow", one.seal("flow", "text"))).toBeUndefined();
  });
});

describe("rotation of sealing keys", () => {
  it("turns the key daily", async () => {
    const world = createWorld();
    const sealer = await world.open();
    const first = keyIdOf(sealer.seal("flow", ""));
    await pass(world, day - 1, sealer);
    expect(keyIdOf(sealer.seal("flow", ""))).toBe(first);
    await pass(world, 5 * 60_000, sealer);
    expect(keyIdOf(sealer.seal("flow", ""))).not.toBe(first);
  });

  it("opens what an old key sealed until all of that has expired", async () => {
    const world = createWorld();
    const sealer = await world.open();
    await pass(world, day - 1, sealer);
    const sealed = sealer.seal("flow", "last");
    await pass(world, day, sealer);
    expect(await sealer.open("flow", sealed)).toBe("last");
    await pass(world, 2 * lateMs, sealer);
    expect(await sealer.open("flow", sealed)).toBeUndefined();
  });

  it("leaves a handful of keys after a year", async () => {
    const world = createWorld();
    const sealer = await world.open();
    for (let n = 0; n < 365; n++) {
      world.now += day;
      await sealer.tick();
    }
    expect((await world.collection.find("current"))?.record.keys.length).toBeLessThanOrEqual(4);
  });

  it("keeps old values readable when their life is set shorter", async () => {
    const world = createWorld();
    const sealed = (await world.open()).seal("flow", "old");
    const sealer = await world.open({ lifetimeMs: 60_000 });
    await pass(world, day + hour, sealer);
    expect(await sealer.open("flow", sealed)).toBe("old");
  });
});

describe("several processes", () => {
  it("agree on one first key when they start at once", async () => {
    const world = createWorld();
    const all = await Promise.all(Array.from({ length: 5 }, () => world.open()));
    expect(new Set(all.map((sealer) => keyIdOf(sealer.seal("flow", "")))).size).toBe(1);
  });

  it("draw exactly one next key when they find it due at once", async () => {
    const world = createWorld();
    const all = [await world.open(), await world.open(), await world.open()];
    world.now += day;
    await Promise.all(all.map((sealer) => sealer.tick()));
    expect((await world.collection.find("current"))?.record.keys).toHaveLength(2);
  });

  it("have read a new key before another one seals with it, with ticks that miss each other", async () => {
    const world = createWorld();
    const [one, other] = [await world.open(), await world.open()];
    world.now += day - 60_000;
    await one.tick();
    world.now += 59_000;
    await other.tick();
    world.reads = 0;
    world.now += 60_000;
    expect(await other.open("flow", one.seal("flow", "fresh"))).toBe("fresh");
    expect(world.reads).toBe(0);
  });

  it("read storage once for a key they missed", async () => {
    const world = createWorld();
    const [one, other] = [await world.open(), await world.open()];
    await pass(world, 2 * day, one);
    expect(await other.open("flow", one.seal("flow", "fresh"))).toBe("fresh");
  });

  it("read storage at most once a second, however much garbage comes", async () => {
    const world = createWorld();
    const sealer = await world.open();
    world.reads = 0;
    const random = createSystemRandom();
    const garbage = Array.from({ length: 500 }, () => random(60).toString("base64url"));
    await Promise.all(garbage.map((text) => sealer.open("flow", text)));
    expect(world.reads).toBe(1);
    world.now += 1_000;
    await Promise.all(garbage.map((text) => sealer.open("flow", text)));
    expect(world.reads).toBe(2);
  });
});
