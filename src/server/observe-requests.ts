import type { Logger } from "../telemetry/logger.js";
import type { EndpointName, Metrics } from "../telemetry/metrics/port.js";
import { logRequest } from "../telemetry/request-log.js";
import type { RequestObserver } from "./request-log.js";

/** Asked for all the time, by probes and by every verifier of tokens, and the same for everybody. */
const routine: ReadonlySet<EndpointName> = new Set(["assets", "discovery", "health", "jwks"]);

/** Logs every request, a routine one that went well only at the level debug, and counts it where there are metrics. */
export function createRequestObserver(
  logger: Logger,
  metrics: Metrics | undefined,
  endpointOf: (route: string) => EndpointName,
): RequestObserver {
  const isDebugOn = logger.isLevelEnabled("debug");
  return {
    opened: metrics?.requestOpened ?? (() => undefined),
    closed(request) {
      const endpoint = endpointOf(request.route);
      const isRoutine = request.status < 400 && routine.has(endpoint);
      metrics?.requestClosed(endpoint, request);
      if (!isRoutine || isDebugOn) logRequest(logger, request, isRoutine ? "debug" : "info");
    },
  };
}
