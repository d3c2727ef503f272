import type { Logger } from "../telemetry/logger.js";
import type { EndpointName, Metrics } from "../telemetry/metrics/port.js";
import { type AnsweredRequest, logRequest } from "../telemetry/request-log.js";
import type { RequestObserver } from "./request-log.js";

/** Logs every request and, where there are metrics, counts it. */
export function createRequestObserver(
  logger: Logger,
  metrics: Metrics | undefined,
  endpointOf: (route: string) => EndpointName,
): RequestObserver {
  const log = (request: AnsweredRequest): void => logRequest(logger, request);
  if (metrics === undefined) return { opened: () => undefined, closed: log };
  return {
    opened: metrics.requestOpened,
    closed(request) {
      metrics.requestClosed(endpointOf(request.route), request);
      log(request);
    },
  };
}
