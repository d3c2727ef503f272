import type { Config } from "../config/config.js";
import { createLogger, type Logger } from "../telemetry/logger.js";
import { compose, type House } from "./compose.js";
import type { Started } from "./open-listeners.js";
import { openMetricsWhereServed } from "./open-metrics.js";
import { createSystemParts, type Parts } from "./parts.js";
import { createPasswordQueue } from "./password-queue.js";

/** How long requests under way may take after the signal to stop. */
const drainMs = 10_000;

export interface StartOptions {
  readonly config: Config;
  /** Size of libuv's thread pool, as the environment has set it. */
  readonly threadPoolSize: number;
  readonly parts?: Partial<Parts>;
  readonly logger?: Logger;
}

export interface RunningServer {
  /** Where each listener really listens, by name (`http`, `https`, `telemetry`). */
  readonly addresses: Readonly<Record<string, string>>;
  /** Stops accepting, finishes what is under way within a bound, closes the store. Safe to call twice. */
  stop(): Promise<void>;
}

/** Opens everything and listens. Rejects with one clear error when something that must be there is not. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config } = options;
  const parts: Parts = { ...createSystemParts(), ...options.parts };
  const metrics = await openMetricsWhereServed(config, parts.clock);
  const countDropped = metrics?.logLineDropped;
  const logger = options.logger ?? createLogger({ ...config.logger, ...(countDropped && { countDropped }) });
  const { queue, atOnce, isCapped } = createPasswordQueue(options.threadPoolSize);
  warnAtStart(config, logger, isCapped);
  const composing = compose({ config, parts, logger, passwordQueue: queue, ...(metrics && { metrics }) });
  // HTTP is loaded while the store's thread starts: the two take about as long.
  const loading = import("./open-listeners.js");
  loading.catch(() => undefined);
  const house = await composing;
  const started: Started[] = [];
  try {
    const { openListeners } = await loading;
    await openListeners({ config, parts, logger, house }, started);
  } catch (error) {
    await Promise.allSettled(started.map(({ close }) => close(0)));
    await house.close();
    throw error;
  }
  house.start();
  const addresses = Object.fromEntries(started.map(({ name, address }) => [name, address]));
  logger.info({ issuer: config.issuer.url, ...addresses, passwords_at_once: atOnce }, "listening");
  return { addresses, stop: createStop(started, house, logger) };
}

function createStop(started: readonly Started[], house: House, logger: Logger): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    logger.info("stopping");
    await Promise.all(started.map(({ close }) => close(drainMs)));
    await house.close();
    logger.info("stopped");
  }
  return () => {
    stopping ??= stop();
    return stopping;
  };
}

function warnAtStart(config: Config, logger: Logger, isCapped: boolean): void {
  if (config.storage.type === "memory")
    logger.warn("storage is in memory: every login, token and key is lost when the process ends");
  else if (config.storage.encryptionKeys.length === 0) {
    logger.warn(
      "storage.encryptionKeys is not set: signing keys and upstream credentials are readable in the database",
    );
  }
  if (isCapped) {
    logger.warn(
      "UV_THREADPOOL_SIZE is not set for this machine: one password is checked at a time (see docs/getting-started.md)",
    );
  }
}
