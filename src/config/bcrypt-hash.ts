/** Length of every bcrypt hash: `$2a$10$`, 22 characters of salt, 31 of the rest. */
const hashLength = 60;
const saltEnd = 29;
const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Dex lets nobody in with a hash of another cost. */
const lowestCost = 10;
const highestCost = 16;

export type ParsedHash =
  | { readonly hash: string; readonly hasRest: boolean; readonly refusal?: never }
  /** Why no password can ever match. */
  | { readonly refusal: string };

/**
 * Parses a bcrypt hash as Go's bcrypt takes it (`$2a$`, `$2b$`, `$2y$`; what follows the 60th character does not count),
 * or base64 of one, into the form that every implementation takes.
 */
export function parseHash(text: string): ParsedHash {
  const decoded = text.startsWith("$") ? text : Buffer.from(text, "base64").toString("latin1");
  const match = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]*)/.exec(decoded);
  if (match === null) {
    return {
      refusal:
        "malformed bcrypt hash: it must begin with $2a$, $2b$ or $2y$ and a cost (latchkey hash-password makes one)",
    };
  }
  const [start, digits] = match;
  if (start.length < hashLength) {
    const reason = `${start.length} characters of ${hashLength}, so no password can match`;
    return { refusal: `malformed bcrypt hash: ${reason}` };
  }
  const cost = Number(digits);
  if (cost < lowestCost || cost > highestCost) {
    return { refusal: `bcrypt cost ${digits}: must be from ${lowestCost} to ${highestCost}` };
  }
  return { hash: trimSalt(start.slice(0, hashLength)), hasRest: decoded.trimEnd().length > hashLength };
}

/**
 * 22 characters hold four bits more than a salt has. Go drops them, other implementations find that nothing matches: they
 * are made zero.
 */
function trimSalt(hash: string): string {
  const last = alphabet.indexOf(hash[saltEnd - 1] ?? "");
  return `${hash.slice(0, saltEnd - 1)}${alphabet[last & 0b11_0000] ?? ""}${hash.slice(saltEnd)}`;
}
