import { Server } from "node:https";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import { createLogger, type Logger } from "../telemetry/logger.js";
import { compose, type House } from "./compose.js";
import { createApp, createTelemetryApp } from "./create-app.js";
import type { GracefulClose } from "./graceful-close.js";
import { listen } from "./listen.js";
import { openMetricsWhereServed } from "./open-metrics.js";
import { createSystemParts, type Parts } from "./parts.js";
import { createPasswordQueue } from "./password-queue.js";
import { loadTls, watchTls } from "./tls.js";

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
  const house = await compose({ config, parts, logger, passwordQueue: queue, ...(metrics && { metrics }) });
  const started: Started[] = [];
  try {
    await openListeners({ config, parts, logger, house }, started);
  } catch (error) {
    await Promise.all(started.map(({ close }) => close(0)));
    await house.close();
    throw error;
  }
  house.start();
  const addresses = Object.fromEntries(started.map(({ name, address }) => [name, address]));
  logger.info({ issuer: config.issuer.url, ...addresses, passwords_at_once: atOnce }, "listening");
  return { addresses, stop: createStop(started, house, logger) };
}

interface Started {
  readonly name: string;
  readonly address: string;
  readonly close: GracefulClose;
}

interface ListenerInputs {
  readonly config: Config;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly house: House;
}

async function openListeners(inputs: ListenerInputs, started: Started[]): Promise<void> {
  const { web, telemetry } = inputs.config;
  if (telemetry.http !== undefined) {
    const { app, close } = await createTelemetryApp(inputs);
    started.push({ name: "telemetry", address: await listen(app, telemetry.http), close });
  }
  if (web.http !== undefined) {
    const { app, close } = await createApp(inputs);
    started.push({ name: "http", address: await listen(app, web.http), close });
  }
  if (web.https !== undefined) {
    const { app, close } = await createApp({ ...inputs, tls: await loadTls(web.https) });
    const address = await listen(app, web.https);
    const stopWatching = watchCertificate(inputs, app);
    const closeAll: GracefulClose = (withinMs) => {
      stopWatching();
      return close(withinMs);
    };
    started.push({ name: "https", address, close: closeAll });
  }
}

function watchCertificate({ config, logger }: ListenerInputs, app: FastifyInstance): () => void {
  const { server } = app;
  if (config.web.https === undefined || !(server instanceof Server)) return () => undefined;
  return watchTls(config.web.https, server, (outcome, error) =>
    error === undefined ? logger.info(outcome) : logger.error({ err: error }, outcome),
  );
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
