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
  let published: (PublishedKeys & { readonly keyIds: string }) | undefined;

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
    algorithms: (now) => [...new Set(orderForPublication(state, now).map((key) => key.algorithm))],
    publish(now) {
      const keys = orderForPublication(state, now);
      const keyIds = keys.map((key) => key.keyId).join();
      if (published?.keyIds !== keyIds) published = { ...renderKeySet(keys, cacheMs), keyIds };
      return published;
    },
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
