import { decodeUtf8 } from "./encoding.js";

/** More parameters than any request of OAuth has; a longer list is an attack on whoever walks it. */
const maxParameters = 100;

/** Thrown for text that is not `application/x-www-form-urlencoded` in UTF-8. The message is safe to show. */
export class FormSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FormSyntaxError";
  }
}

/** Name and value pairs in the order received. Duplicates stay: the reader decides (RFC 6749 §3.1). */
export type FormPairs = readonly (readonly [string, string])[];

/**
 * Parses a query string or a form body (`latin1` text: one character per byte, as Node hands out URLs).
 * Stricter than browsers: a broken escape or bytes that are not UTF-8 are errors, never replacement characters, so that
 * what was validated is what is compared later.
 */
export function parseForm(text: string): FormPairs {
  if (text === "") return [];
  const parts = text.split("&", maxParameters + 1);
  if (parts.length > maxParameters) throw new FormSyntaxError("too many parameters");
  return parts.filter((part) => part !== "").map(parsePair);
}

/** Serialises pairs; the inverse of `parseForm`. */
export function formatForm(pairs: Iterable<readonly [string, string]>): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs) query.append(name, value);
  return query.toString();
}

function parsePair(part: string): readonly [string, string] {
  const split = part.indexOf("=");
  return split === -1
    ? [decodeComponent(part), ""]
    : [decodeComponent(part.slice(0, split)), decodeComponent(part.slice(split + 1))];
}

/** Decodes one `application/x-www-form-urlencoded` component: `+` is a space, escapes are UTF-8 bytes. */
export function decodeComponent(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new FormSyntaxError("broken percent escape");
  const bytes = text
    .replaceAll("+", " ")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const decoded = decodeUtf8(Buffer.from(bytes, "latin1"));
  if (decoded === undefined) throw new FormSyntaxError("not UTF-8");
  return decoded;
}
