import { Secret } from "../platform/secret.js";
import type { StorageConfig } from "./config.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveSource } from "./resolve-source.js";
import { plannedStorageTypes, storageTypes } from "./schema/storage.js";
import type { ConfigFile } from "./schema/top.js";
import { findNearMiss } from "./spelling.js";

type Storage = NonNullable<ConfigFile["storage"]>;

const keyBytes = 32;

export function resolveStorage(context: ResolveContext, storage: Storage | undefined): StorageConfig | undefined {
  if (storage === undefined) {
    context.error("storage", "no storage supplied in config file");
    return undefined;
  }
  const encryptionKeys = resolveKeys(context, storage);
  const { type = "", config } = storage;
  const file = config.file ?? "";
  if (type === "sqlite3") return resolveSqlite(context, file, encryptionKeys);
  if (type === "memory") {
    if (file !== "") context.warn("storage.config.file", "storage.config.file has no effect: storage type is memory");
    return { type, encryptionKeys };
  }
  reportType(context, type);
  return undefined;
}

function reportType(context: ResolveContext, type: string): void {
  const known = [...storageTypes, ...plannedStorageTypes];
  if (type === "") context.error("storage.type", `storage.type is required: ${storageTypes.join(" or ")}`);
  else if (plannedStorageTypes.includes(type)) context.error("storage.type", `storage type ${type}: not supported yet`);
  else context.error("storage.type", `unknown storage type "${type}"`, findNearMiss(type, known));
}

/** Dex hands the name to its driver, where an empty one is a private database and a query part sets options. */
function resolveSqlite(context: ResolveContext, name: string, encryptionKeys: readonly Secret[]): StorageConfig {
  const [plain = "", options] = name.replace(/^file:/, "").split("?", 2);
  if (plain === "" || plain.startsWith(":memory:")) {
    context.warn(
      "storage.config.file",
      "sqlite3 without a file lives in memory: every login and key is lost when the process ends",
    );
    return { type: "memory", encryptionKeys };
  }
  if (plain !== name) {
    context.warn(
      "storage.config.file",
      `storage.config.file: Latchkey takes a plain path; ${options === undefined ? "file:" : `?${options}`} has no effect`,
    );
  }
  return { type: "sqlite3", file: plain, encryptionKeys };
}

function resolveKeys(context: ResolveContext, storage: Storage): readonly Secret[] {
  const names = { literal: "encryptionKeys", env: "encryptionKeysEnv", file: "encryptionKeysFile" };
  const literal = storage.encryptionKeys?.join("\n");
  const sources = { literal, env: storage.encryptionKeysEnv, file: storage.encryptionKeysFile };
  const text = resolveSource(context, "storage", names, sources);
  const keys = (text ?? "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const written = storage.encryptionKeysEnv ? names.env : storage.encryptionKeysFile ? names.file : names.literal;
  for (const [index, key] of keys.entries()) {
    const isKey = /^[A-Za-z0-9+/_-]+={0,2}$/.test(key) && Buffer.from(key, "base64").length === keyBytes;
    if (!isKey)
      context.error(
        `storage.${written}`,
        `storage.${written}: key ${index + 1} is not base64 of ${keyBytes} bytes (make one with openssl rand -base64 32)`,
      );
  }
  return keys.map((key) => new Secret(key));
}
