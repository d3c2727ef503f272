import type { ServerOptions } from "node:https";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Config } from "../config/config.js";
import { registerHealth } from "../endpoints/health/routes.js";
import { registerMetrics } from "../endpoints/metrics/routes.js";
import { createId } from "../platform/random.js";
import type { Logger } from "../telemetry/logger.js";
import { addBrowserScope } from "./browser-scope.js";
import { answerClientError } from "./client-errors.js";
import { createClientIpFinder } from "./client-ip.js";
import type { House } from "./compose.js";
import { createEndpointNames } from "./endpoint-names.js";
import { addFormBody, bodyLimit } from "./form-body.js";
import { addGracefulClose, type GracefulClose } from "./graceful-close.js";
import { createRequestObserver } from "./observe-requests.js";
import type { Parts } from "./parts.js";
import { addProtocolScope } from "./protocol-scope.js";
import { createRequestEnd } from "./request-end.js";
import { createRequestFacts } from "./request-facts.js";
import { addRequestLog } from "./request-log.js";
import { createSecurityHeaders } from "./security-headers.js";

export interface AppOptions {
  readonly config: Config;
  readonly house: House;
  readonly logger: Logger;
  readonly parts: Parts;
  readonly tls?: ServerOptions;
}

/** An application that is ready to listen, and how it is closed. */
export interface App {
  readonly app: FastifyInstance;
  readonly close: GracefulClose;
}

/** In bytes, of all headers and the address: a Kerberos ticket with the groups of Windows takes up to 64 KiB in base64. */
const maxHeaderSize = 81_920;

/** One Fastify application for one listener: two scopes (protocol: JSON, browser: pages) over the same house. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, house, logger } = options;
  const app = createBareApp(options);
  const onRequestEnd = createRequestEnd();
  const close = addGracefulClose(app, onRequestEnd);
  const facts = createRequestFacts(createClientIpFinder(config.web.clientRemoteIP));
  const logFault = (request: { id: string }, error: unknown): void =>
    logger.error({ request_id: request.id, err: error }, "request failed");
  const headers = createSecurityHeaders({ isHttps: config.issuer.isHttps, configured: config.web.headers });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  addRequestLog(
    app,
    onRequestEnd,
    facts,
    createRequestObserver(logger, house.metrics, createEndpointNames(config.issuer.path)),
  );
  addFormBody(app);
  const scope = { config, house, facts, logFault };
  addBrowserScope(app, scope);
  await app.register((protocol) => addProtocolScope(protocol, scope));
  registerHealth(app, { prefix: config.issuer.path, check: house.checkHealth, isInternal: false });
  await app.ready();
  return { app, close };
}

/** The telemetry listener: health and metrics, without the issuer's path, never for browsers. */
export async function createTelemetryApp(options: AppOptions): Promise<App> {
  const app = createBareApp(options);
  const close = addGracefulClose(app, createRequestEnd());
  const { checkHealth, metrics, readFigures } = options.house;
  registerHealth(app, { prefix: "", check: checkHealth, isInternal: true });
  if (metrics !== undefined) registerMetrics(app, async () => metrics.render(await readFigures()));
  await app.ready();
  return { app, close };
}

function createBareApp({ parts, tls }: AppOptions): FastifyInstance {
  const prefix = createId(parts.random).slice(0, 8);
  const { timeoutMs, lookEveryMs } = parts.requestLimits;
  // A head that may take longer than the whole request would make Node.js take each limit for the other.
  const limits = { headersTimeout: timeoutMs, connectionsCheckingInterval: lookEveryMs, maxHeaderSize };
  let count = 0;
  const shared = {
    logger: false,
    bodyLimit,
    requestTimeout: timeoutMs,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    exposeHeadRoutes: true,
    clientErrorHandler: answerClientError,
    // A path that is no URL (a broken escape) never reaches a scope.
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply): void => {
      void reply.code(400).type("text/plain; charset=utf-8").send("400 bad request\n");
    },
    genReqId: () => `req_${prefix}${(count++).toString(36)}`,
    // Queries are parsed by oidc/parameters.ts, strictly; Fastify's own parser repairs what it reads.
    routerOptions: { querystringParser: () => ({}), maxParamLength: 2_000 },
  } as const;
  return tls === undefined
    ? Fastify({ ...shared, http: limits })
    : Fastify({ ...shared, https: { ...tls, ...limits } });
}
