import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findEmailDomain, parseDomain } from "./email-domain.js";

describe("the domain of an e-mail address", () => {
  it.each([
    ["robin@example.com", "example.com"],
    ["Robin@EXAMPLE.Com", "example.com"],
    ["  robin@example.com ", "example.com"],
    ["robin@example.com.", "example.com"],
    ["robin@bücher.example", "xn--bcher-kva.example"],
    ["robin@BÜCHER.example", "xn--bcher-kva.example"],
    ["robin@xn--bcher-kva.example", "xn--bcher-kva.example"],
    // Full-width letters and the ideographic full stop are the same domain (UTS #46).
    ["robin@ｅxample。com", "example.com"],
    ['"a@b"@example.com', "example.com"],
  ])("of %s is %s", (address, domain) => {
    expect(findEmailDomain(address)).toBe(domain);
  });

  it.each([
    "",
    "robin",
    "@example.com",
    "robin@",
    "robin@ex ample.com",
    "robin@a/b",
    "robin@a..b",
    `${"r".repeat(400)}@a.b`,
  ])("is not found in %j", (address) => {
    expect(findEmailDomain(address)).toBeUndefined();
  });

  it("does not change when it is read again, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.domain()), (text) => {
        const domain = parseDomain(text);
        if (domain !== undefined) expect(parseDomain(domain)).toBe(domain);
      }),
    );
  });
});
