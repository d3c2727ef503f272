import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeComponent, FormSyntaxError, formatForm, parseForm } from "./form.js";

const text = fc.string({ unit: "binary", maxLength: 60 });

/** A text as Node hands out a query that was sent as these characters in UTF-8. */
function asReceived(sent: string): string {
  return Buffer.from(sent, "utf8").toString("latin1");
}

describe("parseForm", () => {
  it("keeps order and duplicates: the reader decides (RFC 6749 §3.1)", () => {
    expect(parseForm("b=1&a=2&b=3")).toEqual([
      ["b", "1"],
      ["a", "2"],
      ["b", "3"],
    ]);
  });

  it("reads a name without =, an empty name and a value that holds =", () => {
    expect(parseForm("a&=b&c=d=e")).toEqual([
      ["a", ""],
      ["", "b"],
      ["c", "d=e"],
    ]);
  });

  it("reads nothing from empty parts", () => {
    expect(parseForm("")).toEqual([]);
    expect(parseForm("&&")).toEqual([]);
  });

  it("reads + as a space, escapes as UTF-8, and raw UTF-8 bytes", () => {
    expect(parseForm("a=b+c%2Bd&e=%C3%AB")).toEqual([
      ["a", "b c+d"],
      ["e", "ë"],
    ]);
    expect(parseForm(asReceived("e=ë✓"))).toEqual([["e", "ë✓"]]);
  });

  it("decodes once: a doubly escaped value stays escaped once (security case 8)", () => {
    expect(parseForm("u=%252f&v=%2525")).toEqual([
      ["u", "%2f"],
      ["v", "%25"],
    ]);
  });

  it.each(["a=%", "a=%2", "a=%zz", "%=a", "a=%ff", "a=%C3", "a=%ED%A0%80", "a=%C0%AF", "a=\xff"])(
    "refuses %j instead of repairing it",
    (query) => {
      expect(() => parseForm(query)).toThrow(FormSyntaxError);
    },
  );

  it("refuses more parameters than any request has, without walking them", () => {
    expect(parseForm("a&".repeat(99))).toHaveLength(99);
    expect(() => parseForm("a&".repeat(1_000_000))).toThrow(FormSyntaxError);
  });

  it("never throws anything but FormSyntaxError", () => {
    const hostile = fc.array(
      fc.constantFrom("%", "&", "=", "+", "a", "f", "0", "2", "\0", "é", "\xff", "\uD800", "ł"),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          hostile.map((parts) => parts.join("")),
        ),
        (input) => {
          try {
            parseForm(input);
          } catch (error) {
            expect(error).toBeInstanceOf(FormSyntaxError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("formatForm", () => {
  it("is undone by parseForm", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
        expect(parseForm(formatForm(pairs))).toEqual(pairs);
      }),
      { numRuns: 500 },
    );
  });

  it("writes only characters that can stand in a header", () => {
    fc.assert(fc.property(text, text, (name, value) => /^[\x21-\x7e]*$/.test(formatForm([[name, value]]))));
  });
});

describe("decodeComponent", () => {
  it("agrees with URLSearchParams on everything that needs no repair", () => {
    fc.assert(
      fc.property(text, (value) => {
        const written = new URLSearchParams([["a", value]]).toString().slice(2);
        expect(decodeComponent(written)).toBe(value);
      }),
    );
  });
});
