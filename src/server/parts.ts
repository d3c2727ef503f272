import { type ConnectorType, connectorTypes } from "../connectors/catalogue.js";
import { type Clock, systemClock } from "../platform/clock.js";
import { type Failpoint, noFailpoint } from "../platform/failpoint.js";
import { createSystemRandom, type Random } from "../platform/random.js";

/** What the world hands in. Production takes all of `createSystemParts`; tests replace what they must own. */
export interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
  readonly connectorTypes: ReadonlyMap<string, ConnectorType>;
}

export function createSystemParts(): Parts {
  return { clock: systemClock, random: createSystemRandom(), failpoint: noFailpoint, connectorTypes };
}
