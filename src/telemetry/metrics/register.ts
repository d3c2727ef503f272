import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { MetricDefinition } from "./definition.js";

/** Counts up, for one set of label values. */
export interface Count {
  inc(by?: number): void;
}

/** Takes values, for one set of label values. */
export interface Spread {
  observe(value: number): void;
}

export function registerCounter(registry: Registry, definition: MetricDefinition): Counter {
  return new Counter({ ...optionsOf(definition), registers: [registry] });
}

export function registerGauge(registry: Registry, definition: MetricDefinition): Gauge {
  return new Gauge({ ...optionsOf(definition), registers: [registry] });
}

export function registerHistogram(registry: Registry, definition: MetricDefinition): Histogram {
  const { buckets = [] } = definition;
  return new Histogram({ ...optionsOf(definition), buckets: [...buckets], registers: [registry] });
}

function optionsOf({ name, help, labels }: MetricDefinition) {
  return { name, help, labelNames: Object.keys(labels) };
}

/**
 * One count for each value of the only label, at 0 from the start: a series that appears with its first event shows no
 * increase to whoever asks for one.
 */
export function countByValue<V extends string>(
  registry: Registry,
  definition: MetricDefinition,
  values: Readonly<Record<V, string>>,
): (value: V) => void {
  const counter = registerCounter(registry, definition);
  const counts = new Map<string, Count>(Object.keys(values).map((value) => [value, startAtZero(counter, value)]));
  return (value) => counts.get(value)?.inc();
}

/** The count of these label values, resolved once. */
export function startAtZero(counter: Counter, ...values: string[]): Count {
  const count = counter.labels(...values);
  count.inc(0);
  return count;
}

/** Keeps what `create` makes for each key. For keys of a bounded set alone. */
export function keepByKey<K, T>(create: (key: K) => T): (key: K) => T {
  const kept = new Map<K, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = create(key);
    kept.set(key, made);
    return made;
  };
}
