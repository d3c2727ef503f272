import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerError } from "./ber.js";
import { parseEntry, parseMessage, parseResult } from "./messages.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("an LDAP message (RFC 4511 section 4.1.1)", () => {
  it("has an id, an operation and what stands in it", () => {
    const message = parseMessage(hex("300c 020103 6107 0a0131 0400 0400"));
    expect(message).toMatchObject({ id: 3, tag: 0x61 });
    expect(parseResult(message.content)).toEqual({ code: 49, diagnostic: "" });
  });

  it.each([
    ["nothing after the id", "3003 020103"],
    ["no id", "3002 6100"],
    ["something behind it", "3005 020103 6100 00"],
    ["another tag around it", "3105 020103 6100"],
  ])("with %s is refused", (_, text) => {
    expect(() => parseMessage(hex(text))).toThrow(BerError);
  });
});

describe("a result", () => {
  it.each([
    ["is empty", ""],
    ["has no code", "0400 0400"],
    ["has a code without bytes", "0a00 0400 0400"],
    ["ends after the code", "0a0100"],
    ["has a code that is cut off", "0a02 00"],
    ["has text for a code", "040100 0400 0400"],
  ])("that %s is refused, and never success", (_, text) => {
    expect(() => parseResult(hex(text))).toThrow(BerError);
  });

  it("may have a referral behind it", () => {
    expect(parseResult(hex("0a010a 0400 040178 a3020400"))).toEqual({ code: 10, diagnostic: "x" });
  });
});

describe("an entry", () => {
  it("has attributes with values of any bytes, none among them", () => {
    const entry = parseEntry(hex("0403 613d62 3015 3009 040163 3104 0402 fffe 3008 0404 6d61696c 3100"));
    expect(entry).toEqual({
      dn: "a=b",
      attributes: [
        { name: "c", values: [hex("fffe")] },
        { name: "mail", values: [] },
      ],
    });
  });

  it("is read or refused, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
        for (const parse of [parseEntry, parseResult, parseMessage]) {
          try {
            parse(Buffer.from(input));
          } catch (error) {
            expect(error).toBeInstanceOf(BerError);
          }
        }
      }),
    );
  });
});
