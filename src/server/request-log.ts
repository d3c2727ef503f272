import type { FastifyInstance } from "fastify";
import type { RequestFacts } from "./request-facts.js";

/** Members of the one line per request. The path stands without its query: queries carry codes and sealed flows. */
export interface RequestLine {
  readonly requestId: string;
  readonly clientIp: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly error?: string;
  readonly detail?: string;
}

/** Logs one line when a response is finished, or when the client went away before. */
export function addRequestLog(app: FastifyInstance, facts: RequestFacts, log: (line: RequestLine) => void): void {
  app.addHook("onResponse", (request, reply, done) => {
    log({
      ...facts.originOf(request),
      method: request.method,
      route: request.routeOptions.url ?? "unknown",
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      ...facts.findFailure(request),
    });
    done();
  });
}
