import { Secret } from "../platform/secret.js";
import type { StorageConfig } from "./config.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveSource } from "./resolve-source.js";
import type { ConfigFile } from "./schema/top.js";
import { findNearMiss } from "./spelling.js";

const types = ["memory", "sqlite3"];
const plannedTypes = ["postgres", "mysql", "etcd", "kubernetes"];
const keyBytes = 32;

export function resolveStorage(context: ResolveContext, storage: ConfigFile["storage"]): StorageConfig | undefined {
  if (storage === undefined) {
    context.error("storage", "no storage supplied in config file");
    return undefined;
  }
  const encryptionKeys = resolveKeys(context, storage);
  const { type } = storage;
  if (type === "memory") return { type, encryptionKeys };
  if (type === "sqlite3") return resolveSqlite(context, storage.config.file ?? "", encryptionKeys);
  if (plannedTypes.includes(type)) context.error("storage.type", `storage type ${type}: not supported yet`);
  else context.error("storage.type", `unknown storage type "${type}"`, findNearMiss(type, [...types, ...plannedTypes]));
  return undefined;
}

/** Dex hands the name to its driver, where an empty one is a private database and a query part sets options. */
function resolveSqlite(context: ResolveContext, name: string, encryptionKeys: readonly Secret[]): StorageConfig {
  const [plain = "", options] = name.replace(/^file:/, "").split("?");
  if (plain === "" || plain.startsWith(":memory:")) {
    context.warn(
      "storage.config",
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

function resolveKeys(context: ResolveContext, storage: NonNullable<ConfigFile["storage"]>): readonly Secret[] {
  const names = { literal: "encryptionKeys", env: "encryptionKeysEnv", file: "encryptionKeysFile" };
  const literal = storage.encryptionKeys?.join("\n");
  const sources = { literal, env: storage.encryptionKeysEnv, file: storage.encryptionKeysFile };
  const text = resolveSource(context, "storage", names, sources);
  const keys = (text ?? "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const [index, key] of keys.entries()) {
    const isKey = /^[A-Za-z0-9+/_-]+={0,2}$/.test(key) && Buffer.from(key, "base64").length === keyBytes;
    if (!isKey)
      context.error(
        "storage.encryptionKeys",
        `storage.encryptionKeys: key ${index + 1} is not base64 of ${keyBytes} bytes (make one with openssl rand -base64 32)`,
      );
  }
  return keys.map((key) => new Secret(key));
}
