import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "./oauth-error.js";
import { parseParameters } from "./parameters.js";

const invalid = expect.objectContaining({ code: "invalid_request" });

describe("the parameters of a request", () => {
  it("count an empty value as absent (RFC 6749 §3.1)", () => {
    expect(parseParameters("state=&scope").find("state")).toBeUndefined();
    expect(parseParameters("state=&scope").find("scope")).toBeUndefined();
  });

  it("may not hold one that is read twice, not even empty or equal (RFC 6749 §3.1, §3.2)", () => {
    for (const query of ["state=a&state=b", "state=a&state=a", "state=&state=a", "state&state", "state=a&%73tate=b"]) {
      expect(() => parseParameters(query).find("state")).toThrow(invalid);
    }
  });

  it("may hold unknown ones any number of times (RFC 6749 §3.1)", () => {
    const parameters = parseParameters("utm=1&utm=2&state=a");
    expect(parameters.find("state")).toBe("a");
  });

  it("name the one that is missing", () => {
    expect(() => parseParameters("a=b").require("code")).toThrow("code is missing");
    expect(() => parseParameters("code=").require("code")).toThrow(invalid);
  });

  it("tell an empty parameter from none", () => {
    expect(parseParameters("scope=").has("scope")).toBe(true);
    expect(parseParameters("").has("scope")).toBe(false);
  });

  it("know names by their exact letters", () => {
    const parameters = parseParameters("State=a&__proto__=b");
    expect(parameters.find("state")).toBeUndefined();
    expect(parameters.find("constructor")).toBeUndefined();
    expect(parameters.find("__proto__")).toBe("b");
  });

  it("are readable or an OAuthError, whatever was sent", () => {
    const hostile = fc.array(fc.constantFrom("%", "&", "=", "+", "a", "ff", "é", "\0", "\uD800"), { maxLength: 30 });
    fc.assert(
      fc.property(
        hostile.map((parts) => parts.join("")),
        (text) => {
          try {
            parseParameters(text).find("a");
          } catch (error) {
            expect(error).toBeInstanceOf(OAuthError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
