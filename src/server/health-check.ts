import type { ConnectorPool } from "../connectors/pool.js";
import type { Health } from "../endpoints/health/routes.js";
import type { StorageDriver } from "../storage/driver.js";

/** Asks the store (a read, never a write) and looks at the connectors. An unreachable connector degrades, it does not fail. */
export function createHealthCheck(driver: StorageDriver, connectors: ConnectorPool): () => Promise<Health> {
  return async () => {
    const parts: Record<string, string> = {};
    const reasons: Record<string, string> = {};
    for (const { id, state } of connectors.list()) {
      parts[`connector ${id}`] = "connector" in state ? "ok" : "not reachable";
      if ("unavailable" in state) reasons[`connector ${id}`] = state.unavailable;
    }
    try {
      await driver.ping();
      return { ready: true, parts: { storage: "ok", ...parts }, reasons };
    } catch (error) {
      const storage = error instanceof Error ? error.message : String(error);
      return { ready: false, parts: { storage: "not reachable", ...parts }, reasons: { storage, ...reasons } };
    }
  };
}
