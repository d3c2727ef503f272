import { createStaticRegistry } from "../clients/registry.js";
import type { Config } from "../config/config.js";
import { openConnectorPool } from "../connectors/pool.js";
import { createUserinfoReader } from "../endpoints/userinfo/read-userinfo.js";
import type { MeasuredQueue } from "../platform/bounded-queue.js";
import { createSweep } from "../storage/sweep.js";
import { createAuditLog } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics/port.js";
import { createEventReport } from "../telemetry/report-event.js";
import { createAssets } from "./assets.js";
import { composeGrants } from "./compose-grants.js";
import { composeLogin } from "./compose-login.js";
import { createConnectorContext } from "./connector-context.js";
import { createHealthCheck } from "./health-check.js";
import { openKeys } from "./open-keys.js";
import { openStores, type Stores } from "./open-stores.js";
import type { Parts } from "./parts.js";
import { createFigureReader } from "./read-figures.js";
import { timeSigner } from "./timed-signer.js";

const sweepIntervalMs = 60_000;

export interface ComposeOptions {
  readonly config: Config;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly passwordQueue: MeasuredQueue;
  /** Absent where nobody can ask for them. */
  readonly metrics?: Metrics;
}

/** Opens the store and builds the house on it. Nothing listens yet. Where it rejects, nothing is left open. */
export async function compose(options: ComposeOptions): Promise<House> {
  const { config, parts, metrics } = options;
  const stores = await openStores(config.storage, parts.clock, metrics);
  try {
    return await build(options, stores);
  } catch (error) {
    // The store's thread would keep the process alive, with nothing that listens.
    await stores.driver.close();
    throw error;
  }
}

/** Builds the house by hand, from the store up to what the endpoints call. */
async function build(options: ComposeOptions, stores: Stores) {
  const { config, parts, logger, passwordQueue, metrics } = options;
  const report = createEventReport(createAuditLog(logger), metrics?.countEvent);
  const onFailure = (error: unknown): void =>
    logger.error({ err: error }, "background work failed; it will be tried again");
  const { keys, sealer } = await openKeys({ config, parts, stores, report, onFailure });
  const clients = createStaticRegistry(config.clients);
  const connectors = await openConnectors(options);
  const signer = metrics === undefined ? keys : timeSigner(keys, metrics.signed);
  const grants = composeGrants({ config, parts, stores, keys, signer, clients, connectors, report });
  const assets = createAssets(config.assets, config.connectors, config.issuer.path);
  const sweep = createSweep({
    driver: stores.driver,
    clock: parts.clock,
    intervalMs: sweepIntervalMs,
    report: onFailure,
    ...(metrics && { watch: metrics.swept }),
  });
  const checkHealth = createHealthCheck(stores.driver, connectors);
  return {
    ...grants,
    authorize: composeLogin({ config, parts, stores, clients, connectors, report, sealer, assets, logger }),
    assets,
    keys,
    readUserinfo: createUserinfoReader({ verifyAccessToken: grants.verifyAccessToken, stores, clients }),
    checkHealth,
    metrics,
    readFigures: createFigureReader({ driver: stores.driver, keys, connectors, passwordQueue, checkHealth }),
    start() {
      for (const background of [keys, sealer, sweep]) background.start();
    },
    async close() {
      await Promise.all([keys.stop(), sealer.stop(), sweep.stop()]);
      await connectors.close();
      await stores.driver.close();
    },
  };
}

export type House = Awaited<ReturnType<typeof build>>;

function openConnectors({ config, parts, logger, passwordQueue }: ComposeOptions) {
  return openConnectorPool({
    specs: config.connectors,
    types: parts.connectorTypes,
    context: ({ id, http }) =>
      createConnectorContext({
        clock: parts.clock,
        passwordQueue,
        http,
        pause: parts.pause,
        warn: (message) => logger.warn({ connector_id: id }, message),
      }),
    report: (connectorId, reason) =>
      logger.warn({ connector_id: connectorId, reason }, "connector not opened; it will be tried again"),
  });
}
