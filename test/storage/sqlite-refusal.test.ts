import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/platform/hashing.js";
import { StorageRefusedError, StorageUnavailableError } from "../../src/storage/driver.js";
import { Database } from "../../src/storage/drivers/sqlite/better-sqlite3.js";
import { openSqlite } from "../../src/storage/drivers/sqlite/driver.js";
import { createTempFolder } from "../support/temp-folder.js";

/** The tables of Dex's schema that hold flows and tokens, as its migrations make them. */
const dexSchema = `
  CREATE TABLE migrations (num integer not null, at timestamptz not null);
  CREATE TABLE client (id text not null primary key, secret text not null, redirect_uris bytea not null);
  CREATE TABLE auth_request (id text not null primary key, client_id text not null, expiry timestamptz not null);
  CREATE TABLE auth_code (id text not null primary key, client_id text not null, expiry timestamptz not null);
  CREATE TABLE refresh_token (id text not null primary key, client_id text not null, token text not null default '');
  CREATE TABLE offline_session (user_id text not null, conn_id text not null, refresh bytea not null, PRIMARY KEY (user_id, conn_id));
  INSERT INTO migrations VALUES (1, '2026-01-01');
`;

function createDexFile(file: string, pragma = "journal_mode = DELETE"): BetterSqlite3.Database {
  const database = new Database(file);
  database.pragma(pragma);
  database.exec(dexSchema);
  return database;
}

function readAll(folder: string): Record<string, string> {
  const hash = (name: string): string => sha256(readFileSync(join(folder, name), "base64"));
  return Object.fromEntries(readdirSync(folder).map((name) => [name, hash(name)]));
}

describe("a file that holds Dex's database", () => {
  it.each(["journal_mode = DELETE", "journal_mode = WAL"])(
    "is refused and stays as it was, byte for byte (%s)",
    async (pragma) => {
      const folder = createTempFolder();
      const file = join(folder, "dex.db");
      createDexFile(file, pragma).close();
      const before = readAll(folder);
      const opening = openSqlite({ file });
      await expect(opening).rejects.toThrow(StorageRefusedError);
      await expect(opening).rejects.toThrow(/holds Dex's database.*not changed.*give Latchkey a file of its own/);
      expect(readAll(folder)).toEqual(before);
      expect(Object.keys(before)).toEqual(["dex.db"]);
    },
  );

  it("is refused while Dex has it open for writing", async () => {
    const file = join(createTempFolder(), "dex.db");
    const dex = createDexFile(file);
    dex.exec("BEGIN IMMEDIATE; INSERT INTO migrations VALUES (2, '2026-01-02')");
    await expect(openSqlite({ file })).rejects.toThrow(StorageRefusedError);
    dex.exec("COMMIT");
    dex.close();
  });

  it("is recognised where all of it still waits in the write-ahead log of a killed Dex", async () => {
    const folder = createTempFolder();
    const left = createTempFolder();
    const dex = createDexFile(join(folder, "dex.db"), "journal_mode = WAL");
    for (const name of ["dex.db", "dex.db-wal"]) copyFileSync(join(folder, name), join(left, name));
    dex.close();
    const before = readAll(left);
    await expect(openSqlite({ file: join(left, "dex.db") })).rejects.toThrow(/holds Dex's database/);
    expect(readAll(left)).toMatchObject(before);
  });
});

describe("a file that cannot be used", () => {
  it("is refused when a newer version has written it, and stays as it was", async () => {
    const folder = createTempFolder();
    const file = join(folder, "store.db");
    await (await openSqlite({ file })).close();
    const database = new Database(file);
    database.exec("INSERT INTO latchkey_migrations VALUES (9, 0)");
    database.close();
    const before = readAll(folder);
    const opening = openSqlite({ file });
    await expect(opening).rejects.toThrow(StorageRefusedError);
    await expect(opening).rejects.toThrow(/newer Latchkey \(schema 9, this one knows \d+\)/);
    expect(readAll(folder)).toEqual(before);
  });

  it("is refused when it is no database, and stays as it was", async () => {
    const folder = createTempFolder();
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a database\n".repeat(100));
    const opening = openSqlite({ file });
    await expect(opening).rejects.toThrow(StorageRefusedError);
    await expect(opening).rejects.toThrow(/is not an SQLite database/);
    expect(readFileSync(file, "utf8")).toBe("not a database\n".repeat(100));
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
  });

  it("says that the folder is missing", async () => {
    const file = join(createTempFolder(), "absent", "store.db");
    const opening = openSqlite({ file });
    await expect(opening).rejects.toThrow(StorageUnavailableError);
    await expect(opening).rejects.toThrow(/^cannot open the storage file .*store\.db: .* directory does not exist/);
  });

  it("says that a folder is no file", async () => {
    const file = join(createTempFolder(), "store.db");
    mkdirSync(file);
    await expect(openSqlite({ file })).rejects.toThrow(`cannot open the storage file ${file}`);
  });

  it("may be empty, or hold tables of somebody else that is not Dex", async () => {
    const folder = createTempFolder();
    writeFileSync(join(folder, "empty.db"), "");
    const other = new Database(join(folder, "other.db"));
    other.exec("CREATE TABLE keys (id text); CREATE TABLE migrations (num integer)");
    other.close();
    for (const name of ["empty.db", "other.db"]) {
      const driver = await openSqlite({ file: join(folder, name) });
      await driver.ping();
      await driver.close();
    }
  });
});
