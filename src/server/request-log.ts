import type { FastifyInstance } from "fastify";
import type { AnsweredRequest } from "../telemetry/request-log.js";
import type { OnRequestEnd } from "./request-end.js";
import type { RequestFacts } from "./request-facts.js";

/** Told of each request when it comes and when it is over; every `opened` has one `closed`. */
export interface RequestObserver {
  readonly opened: () => void;
  readonly closed: (request: AnsweredRequest) => void;
}

/** Follows requests for log and metrics, also those whose client went away before they were finished. */
export function addRequestLog(
  app: FastifyInstance,
  onRequestEnd: OnRequestEnd,
  facts: RequestFacts,
  { opened, closed }: RequestObserver,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    // Taken now: a closed socket has no address.
    const { requestId, clientIp } = facts.originOf(request);
    const startedAt = performance.now();
    opened();
    onRequestEnd(request, reply, () => {
      const answered = {
        requestId,
        clientIp,
        method: request.method,
        route: request.routeOptions.url ?? request.url,
        status: reply.statusCode,
        durationMs: performance.now() - startedAt,
      };
      const failure = facts.findFailure(request);
      const isWhole = reply.raw.writableFinished && failure === undefined;
      // Nearly every request; spreading what is not there costs as much as all the rest of this.
      closed(isWhole ? answered : { ...answered, ...(!reply.raw.writableFinished && { aborted: true }), ...failure });
    });
    done();
  });
}
