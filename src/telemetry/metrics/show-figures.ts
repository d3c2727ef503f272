import type { Registry } from "prom-client";
import type { Figures, KeyFigures } from "./port.js";
import { registerCounter, registerGauge } from "./register.js";
import { counters, gauges } from "./tables.js";

/** Brings the gauges up to date with what was just read. */
export function createFigureBoard(registry: Registry): (figures: Figures) => void {
  const ready = registerGauge(registry, gauges.ready);
  const rows = registerGauge(registry, gauges.rows);
  const connectors = registerGauge(registry, gauges.connectors);
  const showPasswords = createPasswordBoard(registry);
  const showKeys = createKeyBoard(registry);
  return (figures) => {
    ready.set(figures.isReady ? 1 : 0);
    // What can't be told now is absent, not as it was.
    rows.reset();
    for (const [kind, total] of figures.rows ?? []) rows.labels(kind).set(total);
    for (const { id, isUp } of figures.connectors) connectors.labels(id).set(isUp ? 1 : 0);
    showPasswords(figures.passwords);
    showKeys(figures.keys);
  };
}

function createPasswordBoard(registry: Registry): (load: Figures["passwords"]) => void {
  const waiting = registerGauge(registry, gauges.waitingPasswords);
  const running = registerGauge(registry, gauges.runningPasswords);
  const refused = registerCounter(registry, counters.refusedPasswords);
  let shown = 0;
  return (load) => {
    waiting.set(load.waiting);
    running.set(load.running);
    refused.inc(load.refused - shown);
    shown = load.refused;
  };
}

function createKeyBoard(registry: Registry): (keys: KeyFigures) => void {
  const states = registerGauge(registry, gauges.keys);
  const nextRotation = registerGauge(registry, gauges.nextRotation);
  return ({ active, pending, retired, nextRotationAt }) => {
    states.labels("active").set(active);
    states.labels("pending").set(pending);
    states.labels("retired").set(retired);
    if (nextRotationAt === undefined) nextRotation.remove();
    else nextRotation.set(nextRotationAt / 1_000);
  };
}
