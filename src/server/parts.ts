import { type ConnectorType, connectorTypes } from "../connectors/catalogue.js";
import { type Clock, systemClock } from "../platform/clock.js";
import { type Failpoint, noFailpoint } from "../platform/failpoint.js";
import { type Random, systemRandom } from "../platform/random.js";

/** What the world hands in. Production takes all of `systemParts`; tests replace what they must own. */
export interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
  readonly connectorTypes: ReadonlyMap<string, ConnectorType>;
}

export const systemParts: Parts = {
  clock: systemClock,
  random: systemRandom,
  failpoint: noFailpoint,
  connectorTypes,
};
