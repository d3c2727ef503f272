import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import type { Clock } from "../platform/clock.js";
import type { ReportEvent } from "../platform/events.js";
import { planSigningKeys, type SigningKeyPair, type SigningKeys } from "../records/signing-keys.js";
import type { Collection } from "../storage/collection.js";
import { generateSigningKeyPair } from "./generate-key-pair.js";
import { findKeyOutlook, type KeyOutlook } from "./key-outlook.js";
import { createKeySet, type KeySet } from "./key-set.js";
import { createSigningKeyPolicy, jwksCacheMs, keyPollMs } from "./key-timing.js";
import { createRefreshLoop } from "./refresh-loop.js";
import { refreshRow } from "./refresh-row.js";
import type { KeyPublisher, Signer, Verifier } from "./signer.js";
import { findTokenParts, verifyTokenParts } from "./verify-token.js";

/** Keys that we draw, keep in storage and rotate ourselves, in step with every other process on the same storage. */
export interface LocalKeys extends Signer, Verifier, KeyPublisher {
  /** Reads what others have written and rotates where it is time. Rejects when storage fails. */
  tick(): Promise<void>;
  /** Ticks on an unreferenced timer. */
  start(): void;
  stop(): Promise<void>;
  /** Which keys there are now, and when the next one takes over. */
  outlook(): KeyOutlook;
}

export interface LocalKeysOptions {
  readonly collection: Collection<SigningKeys>;
  readonly clock: Clock;
  readonly algorithm: SigningAlgorithm;
  readonly rotationPeriodMs: number;
  /** The longest life of a token. */
  readonly tokenLifetimeMs: number;
  readonly report: ReportEvent;
  /** A tick of the timer failed; the keys known so far go on. */
  readonly onFailure: (error: unknown) => void;
}

const unknownKeyPauseMs = 5_000;

/** Loads the keys, or draws the first one. Rejects when storage fails. */
export async function openLocalKeys(options: LocalKeysOptions): Promise<LocalKeys> {
  const { clock } = options;
  const load = createLoader(options);
  let set = await load(undefined);
  const loop = createRefreshLoop({
    refresh: async () => {
      set = await load(set);
    },
    clock,
    everyMs: keyPollMs(options.rotationPeriodMs),
    pauseMs: unknownKeyPauseMs,
    onFailure: options.onFailure,
  });
  return {
    current: () => set.requireSigningKey(clock()),
    jwks: () => set.publish(clock()),
    algorithms: () => set.algorithms(clock()),
    async verify(token) {
      const parts = findTokenParts(token);
      if (parts === undefined) return undefined;
      if (set.findByHeader(parts.header, clock()) === undefined) await loop.tickForUnknown();
      const key = set.findByHeader(parts.header, clock());
      return key && verifyTokenParts(parts, key);
    },
    tick: loop.tick,
    start: loop.start,
    stop: loop.stop,
    outlook: () => findKeyOutlook(set.state.keys, clock(), options.rotationPeriodMs),
  };
}

/** Returns the set it was given where nothing has changed, so that keys are imported once. */
function createLoader(options: LocalKeysOptions): (known: KeySet | undefined) => Promise<KeySet> {
  const policy = createSigningKeyPolicy(options);
  return async (known) => {
    let drawn: SigningKeyPair | undefined;
    const state = await refreshRow({
      collection: options.collection,
      plan: (stored, now, candidate?: SigningKeyPair) => planSigningKeys(stored, now, policy, candidate),
      generate: async () => {
        drawn = await generateSigningKeyPair(options.algorithm);
        return drawn;
      },
      now: options.clock,
    });
    reportScheduled(state, drawn, options.report);
    const isKnown = known !== undefined && JSON.stringify(known.state) === JSON.stringify(state);
    return isKnown ? known : createKeySet(state, jwksCacheMs(options.rotationPeriodMs));
  };
}

function reportScheduled(state: SigningKeys, drawn: SigningKeyPair | undefined, report: ReportEvent): void {
  const key = state.keys.find((stored) => stored.keyId === drawn?.keyId);
  if (key === undefined) return;
  const signsFrom = new Date(key.activeFrom).toISOString();
  report({ type: "keys.scheduled", keyId: key.keyId, algorithm: key.algorithm, signsFrom });
}
