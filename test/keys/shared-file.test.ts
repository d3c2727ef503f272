import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalKeys, openLocalKeys } from "../../src/keys/local-keys.js";
import { openSealer, type RotatingSealer } from "../../src/keys/sealing-keys.js";
import { createSystemRandom } from "../../src/platform/random.js";
import type { StorageDriver } from "../../src/storage/driver.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { createSealingCollection, createSigningCollection } from "../support/key-store.js";

const day = 86_400_000;

interface Replica {
  readonly driver: StorageDriver;
  readonly keys: LocalKeys;
  readonly sealer: RotatingSealer;
}

describe("replicas on one SQLite file", () => {
  let folder: string;
  let now: number;
  let replicas: Replica[];

  async function openReplica(): Promise<Replica> {
    const driver = await openSqlite({ file: join(folder, "latchkey.db") });
    const shared = {
      clock: () => now,
      onFailure: (error: unknown) => {
        throw error;
      },
    };
    const [keys, sealer] = await Promise.all([
      openLocalKeys({
        ...shared,
        collection: createSigningCollection(driver),
        algorithm: "ES256",
        rotationPeriodMs: day,
        tokenLifetimeMs: day,
        report: () => undefined,
      }),
      openSealer({
        ...shared,
        collection: createSealingCollection(driver),
        random: createSystemRandom(),
        lifetimeMs: day,
        rotationPeriodMs: day,
      }),
    ]);
    return { driver, keys, sealer };
  }

  function tickAll(): Promise<unknown> {
    return Promise.all(replicas.flatMap(({ keys, sealer }) => [keys.tick(), sealer.tick()]));
  }

  const publishedBodies = (): Set<string> => new Set(replicas.map(({ keys }) => keys.jwks().body.toString()));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "latchkey-keys-"));
    now = Date.UTC(2026, 10, 1);
    replicas = await Promise.all([openReplica(), openReplica(), openReplica()]);
  });

  afterEach(async () => {
    await Promise.all(replicas.map(({ driver }) => driver.close()));
    await rm(folder, { recursive: true });
  });

  it("agree on the first keys when they start at once on an empty file", async () => {
    expect(publishedBodies().size).toBe(1);
    expect(new Set(replicas.map(({ sealer }) => sealer.seal("flow", "").slice(0, 8))).size).toBe(1);
  });

  it("add exactly one key of each kind when they tick at once, rotation after rotation", async () => {
    for (let n = 0; n < 10; n++) {
      now += day - 60_000;
      await tickAll();
      expect(publishedBodies().size).toBe(1);
      const [first] = replicas;
      const stored = first && (await createSigningCollection(first.driver).find("current"));
      const sealing = first && (await createSealingCollection(first.driver).find("current"));
      expect(stored?.record.keys.filter((key) => key.createdAt === now)).toHaveLength(1);
      expect(sealing?.record.keys.filter((key) => key.createdAt === now)).toHaveLength(1);
      now += 11 * 60_000;
    }
  });

  it("verify each other's tokens and open each other's sealed values across a rotation", async () => {
    for (let n = 0; n < 3; n++) {
      now += day - 60_000;
      await tickAll();
      now += 11 * 60_000;
      for (const one of replicas) {
        const token = await one.keys.current().sign({ n });
        const sealed = one.sealer.seal("flow", "text");
        for (const other of replicas) {
          expect(await other.keys.verify(token)).toEqual({ n });
          expect(await other.sealer.open("flow", sealed)).toBe("text");
        }
      }
    }
  });

  it("leave nothing readable of a key in the file where an encryption key is set", async () => {
    const [{ driver } = { driver: undefined }] = replicas;
    const signing = driver && (await createSigningCollection(driver).find("current"))?.record.keys[0];
    const sealing = driver && (await createSealingCollection(driver).find("current"))?.record.keys[0];
    const rows = [await driver?.get("signing-keys", "current"), await driver?.get("sealing-keys", "current")];
    const text = JSON.stringify(rows);
    expect(text).toContain("$sealed");
    for (const secret of [signing?.privateKey, sealing?.secret]) {
      expect(secret).toBeTypeOf("string");
      expect(text).not.toContain(secret);
    }
  });
});
