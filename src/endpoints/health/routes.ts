import type { FastifyInstance } from "fastify";

export interface Health {
  readonly ready: boolean;
  /** What is wrong or degraded, by part; safe to show to whoever can reach the endpoint. */
  readonly parts: Readonly<Record<string, string>>;
  /** Why, by part. Names hosts and files: for whoever runs the server alone. */
  readonly reasons?: Readonly<Record<string, string>>;
}

export interface HealthRouteOptions {
  /** Path prefix: the issuer's path, or none on the telemetry listener. */
  readonly prefix: string;
  readonly check: () => Promise<Health>;
  /** The listener is for whoever runs the server. */
  readonly isInternal: boolean;
}

/** `/healthz` (Dex's text), `/healthz/live` (the process answers) and `/healthz/ready` (it can serve logins). */
export function registerHealth(app: FastifyInstance, { prefix, check, isInternal }: HealthRouteOptions): void {
  app.get(`${prefix}/healthz`, async (_request, reply) => {
    const { ready } = await check();
    return reply
      .headers(textHeaders)
      .code(ready ? 200 : 503)
      .send(ready ? "Health check passed" : "Health check failed.");
  });
  app.get(`${prefix}/healthz/live`, (_request, reply) => reply.headers(textHeaders).send("ok"));
  app.get(`${prefix}/healthz/ready`, async (_request, reply) => {
    const { ready, parts, reasons } = await check();
    const body = JSON.stringify({ status: ready ? "ready" : "not ready", parts, ...(isInternal && { reasons }) });
    return reply
      .headers({ "content-type": "application/json", "cache-control": "no-store" })
      .code(ready ? 200 : 503)
      .send(body);
  });
}

const textHeaders = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
