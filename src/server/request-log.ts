import type { FastifyInstance } from "fastify";
import type { AnsweredRequest } from "../telemetry/request-log.js";
import type { RequestFacts } from "./request-facts.js";

/** Logs one line when the response is closed, also where the client went away before it was finished. */
export function addRequestLog(
  app: FastifyInstance,
  facts: RequestFacts,
  log: (request: AnsweredRequest) => void,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    // Taken now: a closed socket has no address.
    const origin = facts.originOf(request);
    const startedAt = performance.now();
    reply.raw.once("close", () => {
      log({
        ...origin,
        method: request.method,
        route: request.routeOptions.url ?? request.url,
        status: reply.statusCode,
        durationMs: performance.now() - startedAt,
        ...(!reply.raw.writableFinished && { aborted: true }),
        ...facts.findFailure(request),
      });
    });
    done();
  });
}
