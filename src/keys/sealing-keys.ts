import { hkdfSync } from "node:crypto";
import { decrypt, encrypt, nonceBytes } from "../platform/aead.js";
import type { Clock } from "../platform/clock.js";
import type { Random } from "../platform/random.js";
import type { Sealer } from "../platform/sealer.js";
import { findActiveKey, livesUntil } from "../records/key-rotation.js";
import {
  planSealingKeys,
  type SealingKeyRecord,
  type SealingKeys,
  type SealingSecret,
} from "../records/sealing-keys.js";
import type { Collection } from "../storage/collection.js";
import { createRefreshLoop } from "./refresh-loop.js";
import { refreshRow } from "./refresh-row.js";

/** A sealer over rotating keys in storage. `open` rejects when it had to look for a new key and storage failed. */
export interface RotatingSealer extends Sealer {
  /** Reads what others have written and rotates where it is time. Rejects when storage fails. */
  tick(): Promise<void>;
  /** Ticks on an unreferenced timer. */
  start(): void;
  stop(): Promise<void>;
}

export interface SealerOptions {
  readonly collection: Collection<SealingKeys>;
  readonly clock: Clock;
  readonly random: Random;
  /** The longest that a sealed value is of use. */
  readonly lifetimeMs: number;
  readonly rotationPeriodMs: number;
  /** A tick of the timer failed; the keys known so far go on. */
  readonly onFailure: (error: unknown) => void;
}

const pollMs = 30_000;
const unknownKeyPauseMs = 1_000;
const keyIdBytes = 6;

/** Loads the keys, or draws the first one. Rejects when storage fails. */
export async function openSealer(options: SealerOptions): Promise<RotatingSealer> {
  const { clock, random } = options;
  let ring = createKeyRing(await loadKeys(options));
  const loop = createRefreshLoop({
    refresh: async () => {
      ring = createKeyRing(await loadKeys(options));
    },
    clock,
    everyMs: pollMs,
    pauseMs: unknownKeyPauseMs,
    onFailure: options.onFailure,
  });
  return {
    seal(purpose, plain) {
      const { keyId, key } = ring.requireActive(purpose, clock());
      const body = encrypt(key, random(nonceBytes), purpose, Buffer.from(plain));
      return Buffer.concat([Buffer.from(keyId, "base64url"), body]).toString("base64url");
    },
    async open(purpose, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      // One spelling per value: a decoder that skips foreign letters would take many.
      if (bytes.length < keyIdBytes || bytes.toString("base64url") !== sealed) return undefined;
      const keyId = bytes.toString("base64url", 0, keyIdBytes);
      if (!ring.has(keyId)) await loop.tickForUnknown();
      const key = ring.find(keyId, purpose, clock());
      return key && decrypt(key, purpose, bytes.subarray(keyIdBytes))?.toString();
    },
    tick: loop.tick,
    start: loop.start,
    stop: loop.stop,
  };
}

/** The lead lets every process read a new key before anything is sealed with it, though one poll may fail. */
function loadKeys(options: SealerOptions): Promise<SealingKeys> {
  const policy = { periodMs: options.rotationPeriodMs, leadMs: 3 * pollMs, outputLifeMs: options.lifetimeMs };
  return refreshRow({
    collection: options.collection,
    plan: (state, now, candidate?: SealingSecret) => planSealingKeys(state, now, policy, candidate),
    generate: async () => ({
      keyId: options.random(keyIdBytes).toString("base64url"),
      secret: options.random(32).toString("base64url"),
    }),
    now: options.clock,
  });
}

interface KeyRing {
  has(keyId: string): boolean;
  /** The key of a purpose, unless all that it sealed has expired. */
  find(keyId: string, purpose: string, now: number): Buffer | undefined;
  requireActive(purpose: string, now: number): { readonly keyId: string; readonly key: Buffer };
}

/** Purposes are constants of the code, so what is derived can be kept for all of them. */
function createKeyRing(state: SealingKeys): KeyRing {
  const records = new Map(state.keys.map((key) => [key.keyId, key]));
  const derived = new Map<string, Buffer>();

  function derive(record: SealingKeyRecord, purpose: string): Buffer {
    const name = `${record.keyId}.${purpose}`;
    const known = derived.get(name);
    if (known !== undefined) return known;
    const key = Buffer.from(
      hkdfSync("sha256", Buffer.from(record.secret, "base64url"), "", `latchkey sealer ${purpose}`, 32),
    );
    derived.set(name, key);
    return key;
  }

  return {
    has: (keyId) => records.has(keyId),
    find(keyId, purpose, now) {
      const record = records.get(keyId);
      return record && now < livesUntil(record) ? derive(record, purpose) : undefined;
    },
    requireActive(purpose, now) {
      const record = findActiveKey(state.keys, now);
      if (record === undefined) throw new Error("no sealing key");
      return { keyId: record.keyId, key: derive(record, purpose) };
    },
  };
}
