import type { Config } from "../config/config.js";
import { openLocalKeys } from "../keys/local-keys.js";
import { openSealer } from "../keys/sealing-keys.js";
import type { ReportEvent } from "../platform/events.js";
import type { Stores } from "./open-stores.js";
import type { Parts } from "./parts.js";

const sealingRotationMs = 86_400_000;

export interface KeyInputs {
  readonly config: Config;
  readonly parts: Parts;
  readonly stores: Stores;
  readonly report: ReportEvent;
  readonly onFailure: (error: unknown) => void;
}

/** Opens the keys that sign tokens and those that seal flows; both rotate in storage. */
export async function openKeys({ config, parts, stores, report, onFailure }: KeyInputs) {
  const { clock, random } = parts;
  const keys = await openLocalKeys({
    collection: stores.signingKeys,
    clock,
    ...config.signer,
    tokenLifetimeMs: config.expiry.idTokensMs,
    report,
    onFailure,
  });
  const sealer = await openSealer({
    collection: stores.sealingKeys,
    clock,
    random,
    // Twice the life of a flow: a page that expired can still say whose it was, and so where to start again.
    lifetimeMs: 2 * config.expiry.authRequestsMs,
    rotationPeriodMs: sealingRotationMs,
    onFailure,
  });
  return { keys, sealer };
}
