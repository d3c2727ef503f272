import { collectDefaultMetrics, Registry } from "prom-client";
import { createEventCounter } from "./count-events.js";
import { createRequestCounter } from "./count-requests.js";
import { createSigningCounter, createStorageCounter, createSweepCounter } from "./count-work.js";
import type { Metrics, MetricsOptions } from "./port.js";
import { registerCounter, registerGauge } from "./register.js";
import { createFigureBoard } from "./show-figures.js";
import { counters, gauges } from "./tables.js";

/**
 * All metrics of one server, in a registry of its own. Loaded only where `telemetry.http` is set: the library takes a
 * tenth of a second to load.
 */
export function openMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerGauge(registry, gauges.build).labels(options.version, options.nodeVersion).set(1);
  const requests = createRequestCounter(registry);
  const droppedLines = registerCounter(registry, counters.droppedLines);
  const showFigures = createFigureBoard(registry);
  return {
    ...createStorageCounter(registry),
    countEvent: createEventCounter(registry, options.connectorIds),
    requestOpened: requests.requestOpened,
    requestClosed: requests.requestClosed,
    signed: createSigningCounter(registry),
    swept: createSweepCounter(registry, options.startedAt),
    logLineDropped: () => droppedLines.inc(),
    async render(figures) {
      requests.show();
      showFigures(figures);
      return { contentType: registry.contentType, body: spellNotANumber(await registry.metrics()) };
    },
  };
}

/** The library writes `Nan`, for event-loop figures right after another scrape. Prometheus forgives it, stricter readers do not. */
function spellNotANumber(text: string): string {
  return text.replace(/ Nan$/gm, " NaN");
}
