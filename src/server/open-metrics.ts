import type { Config } from "../config/config.js";
import { readVersion } from "../config/read-version.js";
import type { Clock } from "../platform/clock.js";
import type { Metrics } from "../telemetry/metrics/port.js";

/** Where nobody can ask for metrics, nothing is counted and the library is not even loaded. */
export async function openMetricsWhereServed(config: Config, clock: Clock): Promise<Metrics | undefined> {
  if (config.telemetry.http === undefined) return undefined;
  const { openMetrics } = await import("../telemetry/metrics/open-metrics.js");
  return openMetrics({
    version: await readVersion(),
    nodeVersion: process.versions.node,
    connectorIds: config.connectors.map(({ id }) => id),
    startedAt: clock(),
  });
}
