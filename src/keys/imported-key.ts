import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import type { SigningKeyRecord } from "../records/signing-keys.js";
import type { SigningKey } from "./signer.js";

/** A stored key made ready once: importing it for each token costs more than an ES256 signature. */
export interface ImportedKey {
  readonly record: SigningKeyRecord;
  /** The first part of every token of this key. */
  readonly header: string;
  /** Absent once the key has retired. */
  readonly signing?: SigningKey;
  /** Whether the key has signed `input`. On the thread pool. */
  hasSigned(input: string, signature: Buffer): Promise<boolean>;
}

/** Digest of each algorithm; Ed25519 brings its own (RFC 8032). */
const digests: Readonly<Record<SigningAlgorithm, string | null>> = { RS256: "sha256", ES256: "sha256", EdDSA: null };

export function importKey(record: SigningKeyRecord): ImportedKey {
  const { keyId, algorithm } = record;
  const publicKey = createPublicKey({ key: record.publicJwk, format: "jwk" });
  const header = Buffer.from(JSON.stringify({ alg: algorithm, kid: keyId })).toString("base64url");
  const shared = { record, header, hasSigned: createCheck(algorithm, publicKey) };
  if (record.privateKey === undefined) return shared;
  const der = Buffer.from(record.privateKey, "base64");
  const signText = createTextSigner(algorithm, createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return {
    ...shared,
    signing: {
      keyId,
      algorithm,
      async sign(claims) {
        const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
        return `${input}.${await signText(input)}`;
      },
    },
  };
}

// With a callback both run on the thread pool. JWS wants ECDSA signatures as r and s side by side (RFC 7518 §3.4).
const encoding = { dsaEncoding: "ieee-p1363" } as const;

function createTextSigner(algorithm: SigningAlgorithm, key: KeyObject): (input: string) => Promise<string> {
  const options = { key, ...encoding };
  return (input) =>
    new Promise((resolve, reject) => {
      sign(digests[algorithm], Buffer.from(input), options, (error, signature) => {
        if (error) reject(error);
        else resolve(signature.toString("base64url"));
      });
    });
}

function createCheck(algorithm: SigningAlgorithm, key: KeyObject): ImportedKey["hasSigned"] {
  const options = { key, ...encoding };
  return (input, signature) =>
    new Promise((resolve, reject) => {
      verify(digests[algorithm], Buffer.from(input), options, signature, (error, isValid) => {
        if (error) reject(error);
        else resolve(isValid);
      });
    });
}
