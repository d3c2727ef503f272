import { createInterface } from "node:readline";
import type { Collection } from "../../src/storage/collection.js";
import { createCollection } from "../../src/storage/create-collection.js";
import { Database } from "../../src/storage/drivers/sqlite/better-sqlite3.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { createSealingCodec } from "../../src/storage/sealing-codec.js";
import { type Counter, counterKind } from "./counter.js";

// Programs that storage tests run in processes of their own: node storage-programs.js NAME FILE ...
const [name = "", file = "", argument = ""] = process.argv.slice(2);
const programs: Readonly<Record<string, () => Promise<void>>> = { open, increment, acknowledge, lock };
await programs[name]?.();

/** Opens the file, says so and closes it. */
async function open(): Promise<void> {
  const driver = await openSqlite({ file });
  await driver.ping();
  console.log("open");
  await driver.close();
}

/** Adds 1 to one counter as often as asked, eight at a time. */
async function increment(): Promise<void> {
  const driver = await openSqlite({ file });
  const counters = createCounters(driver);
  const share = Number(argument) / 8;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < share; i++) await addOne(counters, "shared");
    }),
  );
  await driver.close();
}

/** Counts eight counters up until it is killed, and prints each count after its write was acknowledged. */
async function acknowledge(): Promise<void> {
  const counters = createCounters(await openSqlite({ file }));
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const key = `counter ${index}`;
      await counters.insert(key, { count: 0 });
      for (;;) console.log(`${index} ${await addOne(counters, key)}`);
    }),
  );
}

/** Holds the write lock until it is told to let go. */
async function lock(): Promise<void> {
  const database = new Database(file);
  database.exec("BEGIN IMMEDIATE");
  console.log("locked");
  for await (const _ of createInterface({ input: process.stdin })) break;
  database.exec("ROLLBACK");
  database.close();
  process.stdin.destroy();
}

function createCounters(driver: Parameters<typeof createCollection>[0]): Collection<Counter> {
  return createCollection(driver, counterKind, createSealingCodec([]));
}

async function addOne(counters: Collection<Counter>, key: string): Promise<number | undefined> {
  return counters.update(key, ({ count }) => ({ put: { count: count + 1 }, result: count + 1 }));
}
