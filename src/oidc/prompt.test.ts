import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "./oauth-error.js";
import { parseMaxAge, parsePrompt } from "./prompt.js";

const invalid = expect.objectContaining({ code: "invalid_request" });

describe("parsePrompt (OpenID Connect Core §3.1.2.1)", () => {
  it("reads any list of known values, repeated or with doubled blanks", () => {
    expect(parsePrompt(undefined)).toEqual([]);
    expect(parsePrompt("none")).toEqual(["none"]);
    expect(parsePrompt(" consent  login login ")).toEqual(["login", "consent"]);
    expect(parsePrompt("none none")).toEqual(["none"]);
  });

  it("takes none only alone", () => {
    for (const text of ["none login", "consent none"]) expect(() => parsePrompt(text)).toThrow(invalid);
  });

  it("takes no unknown value and no other spelling", () => {
    for (const text of ["create", "None", "login,consent", "login\tconsent"]) {
      expect(() => parsePrompt(text)).toThrow(invalid);
    }
  });

  it("throws nothing but an OAuthError", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          parsePrompt(text);
          parseMaxAge(text);
        } catch (error) {
          expect(error).toBeInstanceOf(OAuthError);
        }
      }),
    );
  });
});

describe("parseMaxAge (OpenID Connect Core §3.1.2.1)", () => {
  it("reads whole seconds, zero too", () => {
    expect(parseMaxAge(undefined)).toBeUndefined();
    expect(parseMaxAge("0")).toBe(0);
    expect(parseMaxAge("86400")).toBe(86_400);
  });

  it("refuses everything else", () => {
    for (const text of ["-1", "+1", "1.5", "1e3", " 1", "0x1", "NaN", "١", "99999999999"]) {
      expect(() => parseMaxAge(text)).toThrow(invalid);
    }
  });
});
