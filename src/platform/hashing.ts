import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** SHA-256 as base64url without padding (43 characters). The form in which bearer credentials are stored. */
export function sha256(text: string): string {
  // In one call: a hash object costs more than the hash of a short text.
  return hash("sha256", text, "base64url");
}

/** SHA-256 of a list of texts, as `sha256`. `parts` are length-prefixed, so that no two lists collide. */
export function hashParts(...parts: readonly string[]): string {
  return sha256(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}

/** HMAC-SHA-256 as base64url without padding. `parts` are length-prefixed, so that no two lists collide. */
export function keyedHash(key: string | Buffer, ...parts: readonly string[]): string {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(`${Buffer.byteLength(part)}:`).update(part);
  return mac.digest("base64url");
}

/** Compares two texts in a time that depends on their lengths alone. Lengths are no secret: both are hashes here. */
export function isSameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
