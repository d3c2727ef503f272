import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashParts, isSameText, keyedHash, sha256 } from "./hashing.js";

describe("sha256", () => {
  it("is base64url without padding (FIPS 180-4 vector for abc)", () => {
    expect(sha256("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  });
});

describe("keyedHash", () => {
  it("depends on the key and on every part", () => {
    const all = [keyedHash("k", "a", "b"), keyedHash("l", "a", "b"), keyedHash("k", "b", "a"), keyedHash("k", "a")];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a hash of several parts", () => {
  it.each([
    ["keyedHash", (parts: readonly string[]) => keyedHash("k", ...parts)],
    ["hashParts", (parts: readonly string[]) => hashParts(...parts)],
  ])("is the same for two lists only where the lists are the same, wherever the parts are cut: %s", (_name, hash) => {
    const parts = fc.array(fc.stringMatching(/^[ab0-9:]{0,4}$/), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        expect(hash(left) === hash(right)).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("isSameText (security case 46)", () => {
  it("tells same from different texts, also of other lengths and beyond ASCII", () => {
    const text = fc.string({ unit: "binary", maxLength: 5 });
    fc.assert(fc.property(text, text, (a, b) => isSameText(a, a) && isSameText(a, b) === (a === b)));
  });
});
