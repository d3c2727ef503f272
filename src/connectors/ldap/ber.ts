/** One element of BER: its tag, and what stands in it. */
export interface BerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** Bytes that are no BER as LDAP uses it (RFC 4511 section 5.1): definite lengths, tags of one byte. */
export class BerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BerError";
  }
}

/** Of one element. A search answers with one entry at a time, and no entry has so many values. */
const maxElements = 100_000;

/** Where the first element of `bytes` ends, or undefined while too few bytes are there to tell. */
export function findElementEnd(bytes: Buffer): number | undefined {
  const [, first] = bytes;
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new BerError("a length that LDAP does not use");
  if (bytes.length < 2 + count) return undefined;
  return 2 + count + bytes.readUIntBE(2, count);
}

/**
 * The elements of `bytes`, one after the other. Rejects whatever does not end where it says: lengths come from outside,
 * and one that points backwards or beyond would be read for ever, or as something else.
 */
export function parseElements(bytes: Buffer): readonly BerElement[] {
  const elements: BerElement[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = findElementEnd(rest);
    if (end === undefined || end > rest.length) throw new BerError("an element that is cut off");
    if (elements.length === maxElements) throw new BerError("too many elements");
    const start = headerLength(rest);
    elements.push({ tag: rest.readUInt8(0), content: rest.subarray(start, end) });
    rest = rest.subarray(end);
  }
  return elements;
}

function headerLength(bytes: Buffer): number {
  const first = bytes.readUInt8(1);
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

/** A non-negative INTEGER or ENUMERATED of at most four bytes, which is all that LDAP answers with. */
export function parseInteger({ content }: BerElement): number {
  if (content.length === 0 || content.length > 4) throw new BerError("an integer of an impossible size");
  const value = content.readIntBE(0, content.length);
  if (value < 0) throw new BerError("a negative integer");
  return value;
}

/** The element at this place, which must have this tag. */
export function requireElement(elements: readonly BerElement[], index: number, tag: number): BerElement {
  const element = elements[index];
  if (element?.tag !== tag) throw new BerError(`tag ${tag} is missing at place ${index}`);
  return element;
}
