import type { Counter, Histogram, Registry } from "prom-client";
import type { CountedRequest, EndpointName, Metrics } from "./port.js";
import { type Count, keepByKey, registerCounter, registerGauge, registerHistogram, type Spread } from "./register.js";
import { counters, gauges, histograms } from "./tables.js";

interface Endpoint {
  readonly duration: Spread;
  readonly countOf: (outcome: string) => (status: number) => Count;
}

/** Counts requests. Endpoints, statuses and outcomes are few, so the series of each is looked up once and kept. */
export function createRequestCounter(registry: Registry): Pick<Metrics, "requestOpened" | "requestClosed"> & {
  /** Writes down what is under way: a number costs less to change than a gauge. */
  readonly show: () => void;
} {
  const counter = registerCounter(registry, counters.requests);
  const durations = registerHistogram(registry, histograms.requests);
  const inFlight = registerGauge(registry, gauges.inFlight);
  const endpointOf = keepByKey((name: EndpointName) => createEndpoint(name, counter, durations));
  let open = 0;
  return {
    requestOpened() {
      open += 1;
    },
    requestClosed(name, request) {
      open -= 1;
      const { duration, countOf } = endpointOf(name);
      duration.observe(request.durationMs / 1_000);
      countOf(findOutcome(request))(request.status).inc();
    },
    show: () => inFlight.set(open),
  };
}

function createEndpoint(name: string, counter: Counter, durations: Histogram): Endpoint {
  return {
    duration: durations.labels(name),
    countOf: keepByKey((outcome: string) =>
      keepByKey((status: number) => counter.labels(name, String(status), outcome)),
    ),
  };
}

function findOutcome({ aborted, error, status }: CountedRequest): string {
  if (aborted === true) return "aborted";
  if (error !== undefined) return error;
  if (status < 400) return "ok";
  return status < 500 ? "client_error" : "server_error";
}
