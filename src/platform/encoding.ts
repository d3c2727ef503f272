/**
 * Dex wraps its ids in protobuf messages of two strings, `{1: first, 2: second}`, and sends them as base64url without
 * padding: subjects (`user_id`, `conn_id`) and refresh tokens (`refresh_id`, `token`). Twenty lines beat a dependency.
 */
export interface TextPair {
  readonly first: string;
  readonly second: string;
}

/** Encodes a pair as Dex does; an empty text is left out, as protobuf 3 does. */
export function encodePair(pair: TextPair): string {
  return Buffer.concat([encodeField(1, pair.first), encodeField(2, pair.second)]).toString("base64url");
}

/**
 * Decodes what `encodePair` made. Anything else gives undefined, never an error: also what protobuf would read but not
 * write (repeated or reordered fields, long lengths), so that a token has one spelling only.
 */
export function decodePair(text: string): TextPair | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  const fields: [string, string] = ["", ""];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at];
    const slot = tag === 0x0a ? 0 : tag === 0x12 ? 1 : undefined;
    if (slot === undefined) return undefined;
    const length = readVarint(bytes, at + 1);
    if (length === undefined || length.end + length.value > bytes.length) return undefined;
    const value = decodeUtf8(bytes.subarray(length.end, length.end + length.value));
    if (value === undefined) return undefined;
    fields[slot] = value;
    at = length.end + length.value;
  }
  const pair = { first: fields[0], second: fields[1] };
  return encodePair(pair) === text ? pair : undefined;
}

/** UTF-8 to text, or undefined where the bytes are not UTF-8. A leading byte-order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function encodeField(number: 1 | 2, text: string): Buffer {
  const value = Buffer.from(text, "utf8");
  return value.length === 0
    ? Buffer.alloc(0)
    : Buffer.concat([Buffer.from([(number << 3) | 2, ...encodeVarint(value.length)]), value]);
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0;
  // Three bytes reach two million: longer than any header or body that we accept.
  for (let i = 0; i < 3; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  return undefined;
}
