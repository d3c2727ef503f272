import type { StorageDriver, StorageWatch } from "./driver.js";

export type StorageLocation = { readonly type: "memory" } | { readonly type: "sqlite3"; readonly file: string };

/** Opens the driver of a type. Rejects with `StorageRefusedError` or `StorageUnavailableError`. */
export async function openStorage(location: StorageLocation, watch?: StorageWatch): Promise<StorageDriver> {
  if (location.type === "memory" || isPrivate(location.file)) {
    const { openMemory } = await import("./drivers/memory/driver.js");
    return openMemory();
  }
  const { openSqlite } = await import("./drivers/sqlite/driver.js");
  return openSqlite({ file: location.file, ...(watch && { watch }) });
}

/** SQLite's names for a database that one connection alone sees, and that ends with it. Dex takes them too. */
function isPrivate(file: string): boolean {
  return file === "" || file === ":memory:";
}
