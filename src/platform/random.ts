import { randomFillSync } from "node:crypto";

/** Randomness source: `bytes` random bytes from the operating system's generator. Handed in, so that tests may pin it. */
export type Random = (bytes: number) => Buffer;

const poolBytes = 4_096;

/**
 * The system's randomness, drawn in blocks: asking for 16 bytes costs as much as asking for thousands. What is handed
 * out leaves the block for good.
 */
export function createSystemRandom(): Random {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return (bytes) => {
    if (bytes > poolBytes) return randomFillSync(Buffer.alloc(bytes));
    if (used + bytes > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = Buffer.from(pool.subarray(used, used + bytes));
    pool.fill(0, used, used + bytes);
    used += bytes;
    return drawn;
  };
}

/** A 128-bit identifier, 22 characters of base64url. */
export function createId(random: Random): string {
  return random(16).toString("base64url");
}

/** A 256-bit bearer secret, 43 characters of base64url. */
export function createSecret(random: Random): string {
  return random(32).toString("base64url");
}

/**
 * The secret half of a code or refresh token: 144 bits, 24 characters. With its id the token has 67 characters, so that
 * whatever holds Dex's 72 holds ours.
 */
export function createTokenSecret(random: Random): string {
  return random(18).toString("base64url");
}
