import { setTimeout as delay } from "node:timers/promises";
import { type ConnectorType, connectorTypes } from "../connectors/catalogue.js";
import { type Clock, systemClock } from "../platform/clock.js";
import { type Failpoint, noFailpoint } from "../platform/failpoint.js";
import { createSystemRandom, type Random } from "../platform/random.js";
import type { Pause } from "../platform/within-time.js";

/** What the world hands in. Production takes all of `createSystemParts`; tests replace what they must own. */
export interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
  readonly connectorTypes: ReadonlyMap<string, ConnectorType>;
  readonly requestLimits: RequestLimits;
  readonly pause: Pause;
}

/** How long a client may take to send a request (slow loris). */
export interface RequestLimits {
  /** From the first byte to the last. */
  readonly timeoutMs: number;
  /** How often requests that take too long are looked for. */
  readonly lookEveryMs: number;
}

export function createSystemParts(): Parts {
  return {
    clock: systemClock,
    random: createSystemRandom(),
    failpoint: noFailpoint,
    connectorTypes,
    requestLimits: { timeoutMs: 30_000, lookEveryMs: 10_000 },
    pause,
  };
}

/** Does not keep the process alive: a server that stops waits for its requests, not for its pauses. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { ref: false, ...(signal !== undefined && { signal }) });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
