import { hkdfSync, randomBytes } from "node:crypto";
import { decrypt, encrypt, nonceBytes } from "../platform/aead.js";
import { sha256 } from "../platform/hashing.js";
import type { Secret } from "../platform/secret.js";
import { StorageRefusedError } from "./driver.js";

/** What the codec must know of a record's kind. */
export interface SealedKind {
  readonly name: string;
  readonly sealed: readonly string[];
}

/** Turns records into the JSON text that drivers store, and back. */
export interface SealingCodec {
  encode(kind: SealedKind, key: string, record: unknown): string;
  /**
   * The record as it was, not yet checked against its schema. Throws `StorageRefusedError` where the key that sealed it
   * is not configured, and an error that names kind, member and hash of the key where it was altered or moved.
   */
  decode(kind: SealedKind, key: string, text: string): unknown;
}

interface SealingKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Where a sealed member stands: authenticated with it, so that it opens nowhere else. */
interface Place {
  readonly kind: string;
  readonly key: string;
  readonly member: string;
}

const keyBytes = 32;

/**
 * Seals the members that a kind names as `{"$sealed": "<key id>.<nonce, ciphertext, tag>"}` with AES-256-GCM. `keys` are
 * base64 of 32 bytes: the first seals, all open. Without keys members are stored in clear; members that were stored in
 * clear stay readable, and are sealed by the next write. Throws `StorageRefusedError` for a key of another length.
 */
export function createSealingCodec(keys: readonly Secret[]): SealingCodec {
  const ring = keys.map(deriveKey);
  const [active] = ring;
  return {
    encode(kind, key, record) {
      if (active === undefined || kind.sealed.length === 0) return JSON.stringify(record);
      const members: Record<string, unknown> = Object.assign({}, record);
      for (const member of kind.sealed) {
        const plain = members[member];
        if (plain !== undefined) members[member] = seal(active, { kind: kind.name, key, member }, plain);
      }
      return JSON.stringify(members);
    },
    decode(kind, key, text) {
      const stored: unknown = JSON.parse(text);
      if (kind.sealed.length === 0 || !isObject(stored)) return stored;
      const members: Record<string, unknown> = { ...stored };
      for (const member of kind.sealed) {
        const sealed = findSealed(members[member]);
        if (sealed !== undefined) members[member] = open(ring, { kind: kind.name, key, member }, sealed);
      }
      return members;
    },
  };
}

/** Two purposes, two derivations: the id stands beside every sealed value and must tell nothing of the key. */
function deriveKey(secret: Secret, index: number): SealingKey {
  const bytes = Buffer.from(secret.reveal(), "base64");
  if (bytes.length !== keyBytes) {
    throw new StorageRefusedError(`storage.encryptionKeys: key ${index + 1} is not base64 of ${keyBytes} bytes`);
  }
  return {
    id: Buffer.from(hkdfSync("sha256", bytes, "", "latchkey storage key id", 6)).toString("base64url"),
    key: Buffer.from(hkdfSync("sha256", bytes, "", "latchkey storage sealing", keyBytes)),
  };
}

function seal({ id, key }: SealingKey, place: Place, plain: unknown): { readonly $sealed: string } {
  const body = encrypt(key, randomBytes(nonceBytes), contextOf(place), Buffer.from(JSON.stringify(plain)));
  return { $sealed: `${id}.${body.toString("base64url")}` };
}

function open(ring: readonly SealingKey[], place: Place, sealed: string): unknown {
  const dot = sealed.indexOf(".");
  const id = sealed.slice(0, dot);
  const found = ring.find((key) => key.id === id);
  if (found === undefined) {
    throw new StorageRefusedError(
      `a stored ${place.kind} is sealed with the encryption key ${id}, which is not configured: ` +
        "put that key back into storage.encryptionKeys, behind the key that seals now",
    );
  }
  const plain = decrypt(found.key, contextOf(place), Buffer.from(sealed.slice(dot + 1), "base64url"));
  if (plain === undefined) {
    throw new Error(
      `${place.member} of the ${place.kind} stored under ${sha256(place.key)} (hash) was altered or moved`,
    );
  }
  return JSON.parse(plain.toString());
}

function contextOf({ kind, key, member }: Place): string {
  return JSON.stringify(["latchkey record", kind, key, member]);
}

function findSealed(value: unknown): string | undefined {
  return isObject(value) && "$sealed" in value && typeof value.$sealed === "string" ? value.$sealed : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
