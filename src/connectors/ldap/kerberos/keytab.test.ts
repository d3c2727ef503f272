import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encryptionName, hasOnlyWeakKeys, listKeys, listNames } from "./keytab.js";

// MIT Kerberos documentation, "Keytab file format".

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}

function entry(
  parts: readonly string[],
  type: number,
  versions: { readonly short: number; readonly long?: number },
): Buffer {
  const key = Buffer.alloc(4 + 16);
  key.writeUInt16BE(type);
  key.writeUInt16BE(16, 2);
  const head = Buffer.from([0, parts.length]);
  const middle = Buffer.from([0, 0, 0, 1, 1, 2, 3, 4, versions.short]);
  const long = Buffer.alloc(versions.long === undefined ? 0 : 4);
  if (versions.long !== undefined) long.writeUInt32BE(versions.long);
  return sized(Buffer.concat([head, text("EXAMPLE.ORG"), ...parts.map(text), middle, key, long]));
}

function sized(content: Buffer, sign = 1): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(sign * content.length);
  return Buffer.concat([size, content]);
}

function isReadOrRefused(bytes: Uint8Array): boolean {
  try {
    return Array.isArray(listKeys(Buffer.concat([magic, bytes])));
  } catch (error) {
    return String(error).includes("ends in the middle");
  }
}

const magic = Buffer.from([5, 2]);
const http = entry(["HTTP", "login.example.org"], 18, { short: 3 });

describe("a keytab", () => {
  it("tells its principals, versions and encryption types, and never a key", () => {
    const keys = listKeys(Buffer.concat([magic, http, entry(["svc"], 23, { short: 0, long: 256 })]));
    expect(keys).toEqual([
      { principal: "HTTP/login.example.org@EXAMPLE.ORG", encryptionType: 18, version: 3 },
      { principal: "svc@EXAMPLE.ORG", encryptionType: 23, version: 256 },
    ]);
  });

  it("may have holes, and may be empty", () => {
    expect(listKeys(Buffer.concat([magic, sized(Buffer.alloc(40), -1), http]))).toHaveLength(1);
    expect(listKeys(magic)).toEqual([]);
    expect(listKeys(Buffer.concat([magic, http, Buffer.alloc(8)]))).toHaveLength(1);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("keytab")],
    ["version 1", Buffer.from([5, 1, 0, 0])],
    ["a size beyond the end", Buffer.concat([magic, http.subarray(0, 20)])],
    ["a text beyond its entry", Buffer.concat([magic, sized(Buffer.from([0, 1, 255, 255, 65]))])],
  ])("that is %s is refused", (_, file) => {
    expect(() => listKeys(file)).toThrow(/is no keytab|ends in the middle/);
  });

  it("has one key under many names, as that of a computer in Active Directory", () => {
    const file = Buffer.concat([magic, entry(["SRV$"], 18, { short: 3 }), http, entry(["x"], 17, { short: 3 })]);
    expect(listNames(file, "SRV$@EXAMPLE.ORG")).toEqual(["SRV$@EXAMPLE.ORG", "HTTP/login.example.org@EXAMPLE.ORG"]);
    expect(listNames(file, "gone@EXAMPLE.ORG")).toEqual(["gone@EXAMPLE.ORG"]);
  });

  it("of any bytes is read or refused, and never hangs", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isReadOrRefused(bytes)));
  });

  it("whose keys are all of broken types is known for that (RFC 6649, RFC 8429)", () => {
    const key = (encryptionType: number) => ({ principal: "a@B", encryptionType, version: 1 });
    expect(hasOnlyWeakKeys([key(23), key(16)])).toBe(true);
    expect(hasOnlyWeakKeys([key(23), key(17)])).toBe(false);
    expect([encryptionName(18), encryptionName(99)]).toEqual(["AES-256", "encryption type 99"]);
  });
});
