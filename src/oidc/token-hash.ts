import { createHash } from "node:crypto";
import type { SigningAlgorithm } from "./signing-algorithm.js";

/** Hash that goes with a signature algorithm (OpenID Connect Core §3.1.3.6). Ed25519 hashes with SHA-512 (RFC 8032). */
const hashes: Readonly<Record<SigningAlgorithm, string>> = { RS256: "sha256", ES256: "sha256", EdDSA: "sha512" };

/** `at_hash` and `c_hash`: the left half of the hash of the ASCII token, base64url. */
export function createTokenHash(algorithm: SigningAlgorithm, token: string): string {
  const digest = createHash(hashes[algorithm]).update(token, "ascii").digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}
