import type { ImportedKey } from "./imported-key.js";

/** Longer than any token of ours; what is longer is not worth a hash. */
const maxTokenLength = 16_384;

/** The three parts of a compact JWS (RFC 7515 §3.1), as text. */
export interface TokenParts {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

/** Three non-empty parts of the base64url alphabet, or undefined. */
export function findTokenParts(token: string): TokenParts | undefined {
  if (token.length > maxTokenLength) return undefined;
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token);
  const [, header, payload, signature] = match ?? [];
  return header === undefined || payload === undefined || signature === undefined
    ? undefined
    : { header, payload, signature };
}

/**
 * Checks the signature by `key`, whose header the token has to the letter. The header is compared, never read: `none`,
 * an HMAC keyed with the public key, `crit`, `b64` or a key inside the header (RFC 8725 §2, §3) have nowhere to act.
 */
export async function verifyTokenParts(
  parts: TokenParts,
  key: ImportedKey,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const signature = Buffer.from(parts.signature, "base64url");
  // Spare bits in the last letter would give one token several spellings.
  if (parts.header !== key.header || signature.toString("base64url") !== parts.signature) return undefined;
  if (!(await key.hasSigned(`${parts.header}.${parts.payload}`, signature))) return undefined;
  const payload: unknown = JSON.parse(Buffer.from(parts.payload, "base64url").toString());
  return isObject(payload) ? payload : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
