import type { ConnectorPool } from "../connectors/pool.js";
import type { Health } from "../endpoints/health/routes.js";
import type { LocalKeys } from "../keys/local-keys.js";
import type { MeasuredQueue } from "../platform/bounded-queue.js";
import type { StorageDriver } from "../storage/driver.js";
import type { Figures } from "../telemetry/metrics/port.js";

export interface FigureSources {
  readonly driver: Pick<StorageDriver, "countByKind">;
  readonly keys: Pick<LocalKeys, "outlook">;
  readonly connectors: Pick<ConnectorPool, "list">;
  readonly passwordQueue: MeasuredQueue;
  readonly checkHealth: () => Promise<Health>;
}

/** Reads what metrics show but nobody counts. Never rejects: a store that is down must not take the metrics along. */
export function createFigureReader(sources: FigureSources): () => Promise<Figures> {
  const { driver, keys, connectors, passwordQueue, checkHealth } = sources;
  return async () => {
    const [health, rows] = await Promise.all([checkHealth(), countRows(driver)]);
    return {
      isReady: health.ready,
      ...(rows !== undefined && { rows }),
      passwords: passwordQueue.load(),
      keys: keys.outlook(),
      connectors: connectors.list().map(({ id, state }) => ({ id, isUp: "connector" in state })),
    };
  };
}

async function countRows(driver: FigureSources["driver"]): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    return await driver.countByKind?.();
  } catch {
    return undefined;
  }
}
