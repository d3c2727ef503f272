import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerError, findElementEnd, parseElements, parseInteger } from "./ber.js";

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

describe("BER elements (RFC 4511 section 5.1)", () => {
  it("follow each other, with short and long lengths", () => {
    const long = Buffer.alloc(300, 7);
    const elements = parseElements(Buffer.concat([bytes(4, 2, 1, 2), bytes(4, 0x82, 1, 44), long, bytes(5, 0)]));
    expect(elements.map(({ tag, content }) => [tag, content.length])).toEqual([
      [4, 2],
      [4, 300],
      [5, 0],
    ]);
  });

  it.each([
    ["an indefinite length", bytes(0x30, 0x80, 0, 0)],
    ["a length of five bytes", bytes(0x30, 0x85, 0, 0, 0, 0, 1)],
    ["a length beyond the end", bytes(0x04, 3, 1, 2)],
    ["a length that another reader takes for negative", bytes(0x04, 0x84, 0xff, 0xff, 0xff, 0xfa)],
    ["a tag alone", bytes(0x04)],
    ["a length that is cut off", bytes(0x04, 0x82, 1)],
  ])("with %s are refused", (_, input) => {
    expect(() => parseElements(input)).toThrow(BerError);
  });

  it("end where they say, or it is not yet known", () => {
    expect(findElementEnd(bytes(0x30))).toBeUndefined();
    expect(findElementEnd(bytes(0x30, 0x82, 1))).toBeUndefined();
    expect(findElementEnd(bytes(0x30, 0x82, 1, 0))).toBe(260);
    expect(findElementEnd(bytes(0x30, 5))).toBe(7);
  });

  it("are read to an end or refused, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        try {
          const total = parseElements(Buffer.from(input)).reduce((sum, { content }) => sum + content.length, 0);
          expect(total).toBeLessThanOrEqual(input.length);
        } catch (error) {
          expect(error).toBeInstanceOf(BerError);
        }
      }),
    );
  });
});

describe("an integer", () => {
  it("has one to four bytes and is not negative", () => {
    expect(parseInteger({ tag: 2, content: bytes(0x31) })).toBe(49);
    expect(parseInteger({ tag: 2, content: bytes(0x7f, 0xff, 0xff, 0xff) })).toBe(2_147_483_647);
    for (const content of [bytes(), bytes(0x80), bytes(0, 0, 0, 0, 1)])
      expect(() => parseInteger({ tag: 2, content })).toThrow(BerError);
  });
});
