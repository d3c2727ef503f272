import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePair, decodeUtf8, encodePair } from "./encoding.js";

const text = fc.string({ unit: "binary", maxLength: 300 });

describe("encodePair", () => {
  it("gives Dex's bytes (dex-behaviour §6.1)", () => {
    expect(encodePair({ first: "test", second: "bar" })).toBe("CgR0ZXN0EgNiYXI");
    expect(Buffer.from("CgR0ZXN0EgNiYXI", "base64url").toString("hex")).toBe("0a04746573741203626172");
  });

  it("makes 72 characters of two ids of Dex's length (dex-behaviour §6.1)", () => {
    expect(encodePair({ first: "a".repeat(25), second: "b".repeat(25) })).toHaveLength(72);
  });

  it("leaves an empty text out, as protobuf 3 does", () => {
    expect(encodePair({ first: "test", second: "" })).toBe("CgR0ZXN0");
    expect(encodePair({ first: "", second: "bar" })).toBe("EgNiYXI");
  });
});

describe("decodePair", () => {
  it("gives back every pair that was encoded", () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        fc.pre(first !== "" || second !== "");
        expect(decodePair(encodePair({ first, second }))).toEqual({ first, second });
      }),
    );
  });

  it.each([127, 128, 16_383, 16_384, 100_000])("gives back a text of %d bytes", (length) => {
    const pair = { first: "a".repeat(length), second: "b" };
    expect(decodePair(encodePair(pair))).toEqual(pair);
  });

  it("keeps a byte-order mark: it is part of the text", () => {
    expect(decodePair(encodePair({ first: "\uFEFFa", second: "b" }))).toEqual({ first: "\uFEFFa", second: "b" });
  });

  it("never throws, and knows one spelling alone: what it decodes encodes to the same text", () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("base64url"));
    const nearly = fc
      .tuple(fc.constantFrom(0x0a, 0x12, 0x1a, 0x08), fc.nat(6), fc.uint8Array({ maxLength: 6 }))
      .map(([tag, length, rest]) => Buffer.from([tag, length, ...rest]).toString("base64url"));
    fc.assert(
      fc.property(fc.oneof(text, bytes, nearly), (input) => {
        const pair = decodePair(input);
        if (pair !== undefined) expect(encodePair(pair)).toBe(input);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["an empty text", ""],
    ["padding", "CgR0ZXN0EgNiYXI="],
    ["the other base64 alphabet", "CgR0+/N0"],
    ["a line end, which Go skips", "CgR0ZXN0EgNiYXI\n"],
    ["spare bits in the last letter", "CgR0ZXN0EgNiYXJ"],
    ["a cut text", "CgR0ZXN0EgNi"],
  ])("refuses %s", (_name, input) => {
    expect(decodePair(input)).toBeUndefined();
  });

  it.each([
    ["an unknown field", "1a0161"],
    ["a field of another wire type", "0801"],
    ["a length beyond the end", "0a056162"],
    ["a length without an end", "0aff"],
    ["a length of many bytes", "0affffffffffffffffff01"],
    ["a length written longer than it need be", "0a81800061120162"],
    ["a length in two bytes where one is enough", "0a810061120162"],
    ["a field that comes twice", "0a01610a0162120163"],
    ["fields in the wrong order", "1201620a0161"],
    ["an empty field written out", "0a00120162"],
    ["bytes that are not UTF-8", "0a01ff120162"],
    ["half of a surrogate pair", "0a03eda080120162"],
  ])("refuses %s", (_name, hex) => {
    expect(decodePair(Buffer.from(hex, "hex").toString("base64url"))).toBeUndefined();
  });
});

describe("decodeUtf8", () => {
  it("reads UTF-8 and nothing that needs repair", () => {
    expect(decodeUtf8(Buffer.from("Zoë"))).toBe("Zoë");
    for (const hex of ["ff", "c3", "c080", "eda080", "f4908080"])
      expect(decodeUtf8(Buffer.from(hex, "hex"))).toBeUndefined();
  });
});
