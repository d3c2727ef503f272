import type { StorageDriver } from "../storage/driver.js";

/** The same driver, watched: told how long a caller waited for each write to be durable, or to fail (milliseconds). */
export function timeDriver(
  driver: StorageDriver,
  written: (isDone: boolean, durationMs: number) => void,
): StorageDriver {
  async function time<T>(write: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let isDone = false;
    try {
      const result = await write;
      isDone = true;
      return result;
    } finally {
      written(isDone, performance.now() - startedAt);
    }
  }

  const { countByKind } = driver;
  return {
    get: (kind, key) => driver.get(kind, key),
    insert: (row) => time(driver.insert(row)),
    replace: (row, expected) => time(driver.replace(row, expected)),
    remove: (kind, key, version) => time(driver.remove(kind, key, version)),
    scan: (query) => driver.scan(query),
    // Nobody waits for the sweep: it has figures of its own.
    removeExpired: (now, limit) => driver.removeExpired(now, limit),
    ...(countByKind !== undefined && { countByKind: () => countByKind.call(driver) }),
    ping: () => driver.ping(),
    close: () => driver.close(),
  };
}
