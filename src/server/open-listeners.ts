import { Server } from "node:https";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import type { Logger } from "../telemetry/logger.js";
import type { House } from "./compose.js";
import { createApp, createTelemetryApp } from "./create-app.js";
import type { GracefulClose } from "./graceful-close.js";
import { listen } from "./listen.js";
import type { Parts } from "./parts.js";
import { loadTls, watchTls } from "./tls.js";

/** A listener that listens. */
export interface Started {
  readonly name: string;
  readonly address: string;
  readonly close: GracefulClose;
}

export interface ListenerInputs {
  readonly config: Config;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly house: House;
}

/** Opens every listener of the config. `started` holds those that listen, also where a later one rejects. */
export async function openListeners(inputs: ListenerInputs, started: Started[]): Promise<void> {
  const { web, telemetry } = inputs.config;
  if (telemetry.http !== undefined) {
    const { app, close } = await createTelemetryApp(inputs);
    started.push({ name: "telemetry", address: await listen(app, telemetry.http, "telemetry.http"), close });
  }
  if (web.http !== undefined) {
    const { app, close } = await createApp(inputs);
    started.push({ name: "http", address: await listen(app, web.http, "web.http"), close });
  }
  if (web.https !== undefined) {
    const { app, close } = await createApp({ ...inputs, tls: await loadTls(web.https) });
    const address = await listen(app, web.https, "web.https");
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
