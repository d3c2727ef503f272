import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt, nonceBytes } from "./aead.js";

const key = Buffer.alloc(32, 7);
const otherKey = Buffer.alloc(32, 8);
const nonce = Buffer.alloc(nonceBytes, 1);

describe("encrypt and decrypt (NIST SP 800-38D)", () => {
  it("give any bytes back under the same key and context", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary" }), (plain, context) => {
        expect(decrypt(key, context, encrypt(key, nonce, context, plain))).toEqual(Buffer.from(plain));
      }),
    );
  });

  it("do not open under another key or in another context", () => {
    const sealed = encrypt(key, nonce, "row a", Buffer.from("upstream token"));
    expect(decrypt(otherKey, "row a", sealed)).toBeUndefined();
    expect(decrypt(key, "row b", sealed)).toBeUndefined();
  });

  it("do not open where a single bit differs, wherever it stands", () => {
    const sealed = encrypt(key, nonce, "row a", Buffer.from("upstream token"));
    for (let at = 0; at < sealed.length * 8; at++) {
      const changed = Buffer.from(sealed);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(decrypt(key, "row a", changed)).toBeUndefined();
    }
  });

  it("do not open where the end is missing: a shorter tag is no tag", () => {
    const sealed = encrypt(key, nonce, "row a", Buffer.from("upstream token"));
    for (let length = 0; length < sealed.length; length++) {
      expect(decrypt(key, "row a", sealed.subarray(0, length))).toBeUndefined();
    }
  });

  it("answer undefined to any bytes that were never sealed, and never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => decrypt(key, "row a", bytes) === undefined));
  });
});
