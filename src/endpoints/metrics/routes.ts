import type { FastifyInstance } from "fastify";
import { createSingleFlight } from "../../platform/single-flight.js";

/** Text for Prometheus, with the content type that tells its form. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/** `GET /metrics`, for the telemetry listener alone. Scrapes that come at once share one rendering. */
export function registerMetrics(app: FastifyInstance, render: () => Promise<RenderedMetrics>): void {
  const once = createSingleFlight<RenderedMetrics>();
  app.get("/metrics", async (_request, reply) => {
    const { contentType, body } = await once("metrics", render);
    return reply.headers({ "content-type": contentType, "cache-control": "no-store" }).send(body);
  });
}
