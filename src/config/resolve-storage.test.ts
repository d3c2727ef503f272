import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";

function loadStorage(storage: string, env = {}) {
  return loadText(smallestConfig.replace("{type: memory}", storage), { env });
}

describe("storage", () => {
  it.each([
    ["{type: sqlite3, config: {file: data/dex.db}}", { type: "sqlite3", file: "data/dex.db" }],
    ["{type: sqlite3, config: {file: /var/dex.db}}", { type: "sqlite3", file: "/var/dex.db" }],
    ["{type: memory}", { type: "memory" }],
    ["{type: memory, config: null}", { type: "memory" }],
  ])("%s", async (text, storage) => {
    const { config, lines } = await loadStorage(text);
    expect([config?.storage, lines]).toEqual([{ ...storage, encryptionKeys: [] }, []]);
  });

  it.each([
    "{type: sqlite3}",
    "{type: sqlite3, config: {}}",
    "{type: sqlite3, config: {file: ''}}",
    "{type: sqlite3, config: {file: ':memory:'}}",
    "{type: sqlite3, config: {file: 'file::memory:?cache=shared'}}",
  ])("%s lives in memory: a warning", async (text) => {
    const { config, warnings } = await loadStorage(text);
    expect(config?.storage.type).toBe("memory");
    expect(warnings).toEqual([expect.stringContaining("sqlite3 without a file lives in memory")]);
  });

  it.each([
    ["dex.db?_busy_timeout=5000", "?_busy_timeout=5000 has no effect"],
    ["file:dex.db", "file: has no effect"],
    ["file:dex.db?mode=rwc", "?mode=rwc has no effect"],
  ])("the file %s is taken without the driver's options: a warning", async (name, warning) => {
    const { config, warnings } = await loadStorage(`{type: sqlite3, config: {file: '${name}'}}`);
    expect(config?.storage).toMatchObject({ type: "sqlite3", file: "dex.db" });
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });

  it("in memory has no use for a file: a warning", async () => {
    expect((await loadStorage("{type: memory, config: {file: x.db}}")).warnings).toEqual([
      expect.stringContaining("storage.config.file has no effect: storage type is memory"),
    ]);
  });

  it.each(["postgres", "mysql", "etcd", "kubernetes"])(
    "%s is not supported yet, whatever its settings",
    async (type) => {
      const { lines } = await loadStorage(`{type: ${type}, config: {host: x, inCluster: true, fle: y}}`);
      expect(lines).toEqual([`2:17: error: storage type ${type}: not supported yet`]);
    },
  );

  it("has a type that is known", async () => {
    expect((await loadStorage("{type: sqlite}")).errors).toEqual([
      '2:17: error: unknown storage type "sqlite" (did you mean "sqlite3"?)',
    ]);
    expect((await loadStorage("{}")).errors).toEqual(["2:10: error: storage.type is required: memory or sqlite3"]);
    expect((await loadStorage("")).errors).toEqual([expect.stringContaining("no storage supplied in config file")]);
  });
});

describe("storage.encryptionKeys", () => {
  const keys = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));

  it("come one a line from a file, with or without a line end behind", async () => {
    const file = join(createTempFolder(), "keys");
    for (const text of [keys.join("\n"), `${keys.join("\r\n")}\r\n`, `\n${keys.join("\n\n")}\n`]) {
      writeFileSync(file, text);
      const { config } = await loadStorage(`{type: memory, encryptionKeysFile: ${file}}`);
      expect(config?.storage.encryptionKeys.map((key) => key.reveal())).toEqual(keys);
    }
  });

  it("are in one place only", async () => {
    const { errors } = await loadStorage(`{type: memory, encryptionKeys: ['${keys[0]}'], encryptionKeysEnv: K}`, {
      K: keys[1],
    });
    expect(errors).toEqual([expect.stringContaining("encryptionKeys and encryptionKeysEnv exclude each other")]);
  });

  it("are base64 of 32 bytes, and not repeated where they are not", async () => {
    const { errors } = await loadStorage("{type: memory, encryptionKeysEnv: K}", { K: `${keys[0]}\nhunter2\n` });
    expect(errors).toEqual([expect.stringContaining("storage.encryptionKeysEnv: key 2 is not base64 of 32 bytes")]);
    expect(errors.join()).not.toContain("hunter2");
  });

  it("that are named must be there", async () => {
    expect((await loadStorage("{type: memory, encryptionKeysEnv: K}")).errors).toHaveLength(1);
    expect((await loadStorage("{type: memory, encryptionKeysFile: /none}")).errors).toHaveLength(1);
  });
});
