import type { KeytabKey } from "./protocol.js";

const names: ReadonlyMap<number, string> = new Map([
  [16, "3DES"],
  [17, "AES-128"],
  [18, "AES-256"],
  [19, "AES-128 with SHA-2"],
  [20, "AES-256 with SHA-2"],
  [23, "RC4"],
  [25, "Camellia-128"],
  [26, "Camellia-256"],
]);

export function encryptionName(type: number): string {
  return names.get(type) ?? `encryption type ${type}`;
}

/** Encryption types that are given up (RFC 6649, RFC 8429): whoever gets a ticket can find the password by trying. */
const weakTypes: ReadonlySet<number> = new Set([1, 2, 3, 16, 23, 24]);

/** Whether the principal has no key of a kind that is still held for safe. */
export function hasOnlyWeakKeys(keys: readonly KeytabKey[]): boolean {
  return keys.every(({ encryptionType }) => weakTypes.has(encryptionType));
}

/** A key with its bytes. They stay in the process that judges tickets. */
interface Entry extends KeytabKey {
  readonly bytes: Buffer;
}

/** What a keytab holds, without the keys. Throws where it is none. */
export function listKeys(file: Buffer): readonly KeytabKey[] {
  return parseKeytab(file).map(({ bytes: _kept, ...key }) => key);
}

/**
 * Every name that the keys of this principal have. The keytab of a computer in Active Directory has one key under many
 * names, and the library says the first of them.
 */
export function listNames(file: Buffer, principal: string): readonly string[] {
  const entries = parseKeytab(file);
  const own = entries.filter((entry) => entry.principal === principal);
  const same = entries.filter((entry) => own.some((each) => isSameKey(each, entry)));
  return [...new Set([principal, ...same.map((entry) => entry.principal)])];
}

function isSameKey(a: Entry, b: Entry): boolean {
  return a.encryptionType === b.encryptionType && a.bytes.length > 0 && a.bytes.equals(b.bytes);
}

/** MIT's file format of version 2 (its documentation, "Keytab file format"). */
function parseKeytab(file: Buffer): readonly Entry[] {
  if (file.length < 2 || file.readUInt16BE(0) !== 0x0502) throw new Error("is no keytab of version 2");
  const keys: Entry[] = [];
  for (let at = 2; at + 4 <= file.length; ) {
    const size = file.readInt32BE(at);
    const end = at + 4 + Math.abs(size);
    // A negative size is that of a hole, zero the end.
    if (size === 0) break;
    if (end > file.length) throw new Error("ends in the middle of a key");
    if (size > 0) keys.push(parseEntry(new Reader(file.subarray(at + 4, end))));
    at = end;
  }
  return keys;
}

function parseEntry(reader: Reader): Entry {
  const components = reader.uint16();
  const realm = reader.text();
  const names = Array.from({ length: components }, () => reader.text());
  // Type of the name, and when the key was made.
  reader.skip(8);
  const version = reader.uint8();
  const encryptionType = reader.uint16();
  const bytes = reader.bytes(reader.uint16());
  // Version numbers above 255 stand at the end.
  return {
    principal: `${names.join("/")}@${realm}`,
    encryptionType,
    version: reader.left() >= 4 ? reader.uint32() : version,
    bytes,
  };
}

/** Reads numbers and texts one after the other; throws a `RangeError` at the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#move(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#move(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#move(4));
  }

  text(): string {
    const length = this.uint16();
    return this.#bytes.toString("utf8", this.#move(length), this.#at);
  }

  bytes(length: number): Buffer {
    return this.#bytes.subarray(this.#move(length), this.#at);
  }

  skip(bytes: number): void {
    this.#move(bytes);
  }

  left(): number {
    return this.#bytes.length - this.#at;
  }

  #move(bytes: number): number {
    if (bytes > this.left()) throw new RangeError("ends in the middle of a key");
    const from = this.#at;
    this.#at += bytes;
    return from;
  }
}
