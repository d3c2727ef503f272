import { type CryptoKey, importJWK } from "jose";
import * as z from "zod";
import type { Clock } from "../../../platform/clock.js";
import { present } from "../../../platform/present.js";
import { createSingleFlight } from "../../../platform/single-flight.js";
import { fetchJson, type UpstreamCaller, withoutRefusal } from "../upstream-json.js";

/** A provider's public keys, kept between logins. */
export interface KeySet {
  /** The keys that may have made a signature, as they are known. */
  find(signature: SignatureHeader): Promise<FoundKeys>;
  /**
   * Reads the keys again, for a signature that none of those found made. False: there are none but these, as they were read
   * a moment ago.
   */
  renew(found: FoundKeys): Promise<boolean>;
  /** Reads the keys and tells how many can be used. */
  count(): Promise<number>;
}

export interface FoundKeys {
  readonly keys: readonly CryptoKey[];
  /** When the set was read that they are from. */
  readonly reading: number;
}

export interface SignatureHeader {
  readonly algorithm: string;
  readonly keyId: string | undefined;
}

export interface KeySetOptions extends UpstreamCaller {
  readonly clock: Clock;
  /** `isRenewal`: a key was missing, the provider may have moved its keys. */
  readonly url: (isRenewal: boolean) => Promise<string>;
}

/** Whoever sends made-up tokens must not make us ask the provider for each. */
const renewalPauseMs = 10_000;
/** Keys that the provider has dropped are no longer believed after this time. */
const maxAgeMs = 3_600_000;
/** A set that is longer is an attack on whoever tries its keys one by one. */
const maxKeys = 200;

const PublicKey = z.looseObject({
  kty: z.enum(["RSA", "EC", "OKP"]),
  kid: z.string().optional().catch(undefined),
  use: z.string().optional().catch(undefined),
  alg: z.string().optional().catch(undefined),
  crv: z.string().optional().catch(undefined),
});
type PublicKey = z.infer<typeof PublicKey>;

const Document = z.object({ keys: z.array(z.unknown()) });

interface Known {
  readonly keys: readonly PublicKey[];
  readonly readAt: number;
  /** Counts up with every reading. */
  readonly reading: number;
}

/** Keeps the keys of a provider (RFC 7517), and reads them again where a token was signed with one that is not there. */
export function createKeySet(options: KeySetOptions): KeySet {
  const { clock } = options;
  const once = createSingleFlight<Known>();
  let known: Known | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let isReading = false;

  async function fetchKeys(isRenewal: boolean): Promise<Known> {
    triedAt = clock();
    isReading = true;
    try {
      const url = await options.url(isRenewal);
      const { keys } = await withoutRefusal(fetchJson(options, Document, { url }));
      const usable = keys.slice(0, maxKeys).flatMap((key) => PublicKey.safeParse(key).data ?? []);
      known = { keys: usable, readAt: clock(), reading: (known?.reading ?? 0) + 1 };
      return known;
    } finally {
      isReading = false;
    }
  }

  const read = (isRenewal: boolean): Promise<Known> => once("keys", () => fetchKeys(isRenewal));

  async function current(): Promise<Known> {
    if (known === undefined) return read(false);
    if (clock() - known.readAt < maxAgeMs || clock() - triedAt < renewalPauseMs) return known;
    const old = known;
    // A provider whose keys are out of reach for a moment has not withdrawn them.
    return read(false).catch(() => old);
  }

  return {
    async find(signature) {
      const { keys, reading } = await current();
      const usable = keys.filter((key) => canHaveMade(key, signature));
      return { keys: await importUsable(usable, signature.algorithm), reading };
    },
    async renew({ reading }) {
      // Somebody else has missed a key too, and has read them or is about to.
      if (known !== undefined && known.reading !== reading) return true;
      if (!isReading && clock() - triedAt < renewalPauseMs) return false;
      await read(true);
      return true;
    },
    count: async () => (await read(false)).keys.length,
  };
}

/** By `kid` where the token has one (RFC 7515 section 4.1.4); `use` and `alg` of the key bind it (RFC 7517 section 4). */
function canHaveMade(key: PublicKey, { algorithm, keyId }: SignatureHeader): boolean {
  if (keyId !== undefined && key.kid !== keyId) return false;
  if (key.use !== undefined && key.use !== "sig") return false;
  if (key.alg !== undefined && key.alg !== algorithm && !isEdwards(key.alg, algorithm)) return false;
  return key.kty === keyTypeOf(algorithm);
}

/** Two names of one algorithm (RFC 9864). */
function isEdwards(a: string, b: string): boolean {
  return [a, b].every((name) => name === "EdDSA" || name === "Ed25519");
}

function keyTypeOf(algorithm: string): PublicKey["kty"] {
  if (algorithm.startsWith("ES")) return "EC";
  return algorithm.startsWith("Ed") ? "OKP" : "RSA";
}

/** Keys that are no keys are left out: one that is broken must not hide the others. */
async function importUsable(keys: readonly PublicKey[], algorithm: string): Promise<readonly CryptoKey[]> {
  const imported = await Promise.allSettled(
    keys.map(({ alg: _any, kty, ...rest }) => importJWK({ ...present(rest), kty }, algorithm)),
  );
  return imported.flatMap((result) =>
    result.status === "fulfilled" && !(result.value instanceof Uint8Array) && result.value.type === "public"
      ? [result.value]
      : [],
  );
}
