import type { Registry } from "prom-client";
import { runOutcomes } from "./label-values.js";
import type { Metrics } from "./port.js";
import { countByValue, keepByKey, registerCounter, registerGauge, registerHistogram } from "./register.js";
import { counters, gauges, histograms } from "./tables.js";

type StorageWork = Pick<Metrics, "written" | "committed" | "checkpointed">;

export function createStorageCounter(registry: Registry): StorageWork {
  const writes = registerHistogram(registry, histograms.writes);
  const failed = registerCounter(registry, counters.failedWrites);
  const batches = registerHistogram(registry, histograms.batches);
  const checkpoint = countByValue(registry, counters.checkpoints, runOutcomes);
  return {
    written(isDone, durationMs) {
      writes.observe(durationMs / 1_000);
      if (!isDone) failed.inc();
    },
    committed: (size) => batches.observe(size),
    checkpointed: (isDone) => checkpoint(isDone ? "ok" : "failed"),
  };
}

export function createSweepCounter(registry: Registry, startedAt: number): Metrics["swept"] {
  const runs = countByValue(registry, counters.sweeps, runOutcomes);
  const rows = registerCounter(registry, counters.sweptRows);
  const durations = registerHistogram(registry, histograms.sweeps);
  const last = registerGauge(registry, gauges.lastSweep);
  // A sweep that never works must look stalled too.
  last.set(startedAt / 1_000);
  return ({ outcome, removedRows, durationMs, endedAt }) => {
    runs(outcome);
    rows.inc(removedRows);
    durations.observe(durationMs / 1_000);
    if (outcome === "ok") last.set(endedAt / 1_000);
  };
}

export function createSigningCounter(registry: Registry): Metrics["signed"] {
  const durations = registerHistogram(registry, histograms.signing);
  const ofAlgorithm = keepByKey((algorithm: string) => durations.labels(algorithm));
  return (algorithm, durationMs) => ofAlgorithm(algorithm).observe(durationMs / 1_000);
}
