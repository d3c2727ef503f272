import { createHash } from "node:crypto";
import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import { findActiveKey, livesUntil } from "../records/key-rotation.js";
import type { PublicJwk, SigningKeyRecord, SigningKeys } from "../records/signing-keys.js";
import { type ImportedKey, importKey } from "./imported-key.js";
import type { PublishedKeys, SigningKey } from "./signer.js";

/** The keys of one stored state. Which of them signs and which are published depends on the clock alone. */
export interface KeySet {
  readonly state: SigningKeys;
  /** Throws where no private key is left: the clock went back by days. */
  requireSigningKey(now: number): SigningKey;
  /** The key whose tokens begin with exactly this header. */
  findByHeader(header: string, now: number): ImportedKey | undefined;
  algorithms(now: number): readonly SigningAlgorithm[];
  publish(now: number): PublishedKeys;
}

export function createKeySet(state: SigningKeys, cacheMs: number): KeySet {
  const imported = new Map(state.keys.map((record) => [record.keyId, importKey(record)]));
  const byHeader = new Map([...imported.values()].map((key) => [key.header, key]));
  const withPrivateHalf = state.keys.filter((key) => key.privateKey !== undefined);
  const order = createPublicationOrder(state);
  let published: (PublishedKeys & { readonly keys: readonly SigningKeyRecord[] }) | undefined;

  return {
    state,
    requireSigningKey(now) {
      const active = findActiveKey(withPrivateHalf, now);
      const signing = active && imported.get(active.keyId)?.signing;
      if (signing === undefined) throw new Error("no signing key");
      return signing;
    },
    findByHeader(header, now) {
      const key = byHeader.get(header);
      return key !== undefined && now < livesUntil(key.record) ? key : undefined;
    },
    algorithms: (now) => [...new Set(order(now).map((key) => key.algorithm))],
    publish(now) {
      const keys = order(now);
      if (published?.keys !== keys) published = { ...renderKeySet(keys, cacheMs), keys };
      return published;
    },
  };
}

/** `orderForPublication`, worked out anew only when a key has begun or ended: it is asked for with every request. */
function createPublicationOrder(state: SigningKeys): (now: number) => readonly SigningKeyRecord[] {
  const turns = state.keys.flatMap((key) => [key.activeFrom, livesUntil(key)]);
  let known: { readonly keys: readonly SigningKeyRecord[]; readonly from: number; readonly until: number } | undefined;
  return (now) => {
    if (known === undefined || now < known.from || now >= known.until) {
      const from = Math.max(Number.NEGATIVE_INFINITY, ...turns.filter((turn) => turn <= now));
      const until = Math.min(Number.POSITIVE_INFINITY, ...turns.filter((turn) => turn > now));
      known = { keys: orderForPublication(state, now), from, until };
    }
    return known.keys;
  };
}

/** The key that signs now, then those that will, then those that did, newest first. */
function orderForPublication(state: SigningKeys, now: number): readonly SigningKeyRecord[] {
  const living = state.keys.filter((key) => now < livesUntil(key));
  const active = findActiveKey(living, now);
  const pending = living.filter((key) => key !== active && key.activeFrom > now);
  const retired = living.filter((key) => key !== active && key.activeFrom <= now).reverse();
  return active === undefined ? [] : [active, ...pending, ...retired];
}

function renderKeySet(keys: readonly SigningKeyRecord[], cacheMs: number): PublishedKeys {
  const body = Buffer.from(JSON.stringify({ keys: keys.map(describeKey) }));
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  return { body, etag, maxAgeSeconds: Math.floor(cacheMs / 1_000) };
}

/** One JWK (RFC 7517 §4), members named one by one and in Dex's order. */
function describeKey(key: SigningKeyRecord): Record<string, string> {
  const jwk: PublicJwk = key.publicJwk;
  const head = { use: "sig", kty: jwk.kty, kid: key.keyId };
  switch (jwk.kty) {
    case "RSA":
      return { ...head, alg: key.algorithm, n: jwk.n, e: jwk.e };
    case "EC":
      return { ...head, crv: jwk.crv, alg: key.algorithm, x: jwk.x, y: jwk.y };
    case "OKP":
      return { ...head, crv: jwk.crv, alg: key.algorithm, x: jwk.x };
  }
}
