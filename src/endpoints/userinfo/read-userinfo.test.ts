import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../oidc/oauth-error.js";
import { Parameters } from "../../oidc/parameters.js";
import { requireBearerToken } from "./read-userinfo.js";

const none = new Parameters([]);
const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,200}={0,2}$/);
const scheme = fc.constantFrom("Bearer", "bearer", "BEARER", "bEaReR");

function refusal(authorization: string | undefined, body = none): unknown {
  try {
    return requireBearerToken(authorization, body);
  } catch (error) {
    return error;
  }
}

describe("the bearer token of a request (RFC 6750 §2)", () => {
  it("is the one in the header, whatever the letters of the scheme, or the one in the body", () => {
    fc.assert(
      fc.property(token, scheme, fc.integer({ min: 1, max: 5 }), (text, word, blanks) => {
        expect(requireBearerToken(`${word}${" ".repeat(blanks)}${text}`, none)).toBe(text);
        expect(requireBearerToken(undefined, new Parameters([["access_token", text]]))).toBe(text);
      }),
    );
  });

  it("is never taken from both at once (§2: one method per request)", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), token, (authorization, text) => {
        const body = new Parameters([["access_token", text]]);
        expect(refusal(authorization, body)).toMatchObject({ code: "invalid_request", scheme: "Bearer" });
      }),
    );
  });

  it("is nothing but letters of a token, or an OAuthError with a challenge, whatever the header holds", () => {
    const nearly = fc.tuple(scheme, fc.string({ unit: "binary" })).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), nearly), (authorization) => {
        const found = refusal(authorization);
        if (typeof found === "string") {
          expect(found).toMatch(/^[A-Za-z0-9._~+/-]+=*$/);
          expect(authorization.endsWith(` ${found}`)).toBe(true);
        } else {
          expect(found).toBeInstanceOf(OAuthError);
          expect(found).toMatchObject({ code: "invalid_token", scheme: "Bearer" });
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is read out of a header of 100 kB in no time (security case 27)", () => {
    const started = performance.now();
    for (const text of [" ".repeat(100_000), "=".repeat(100_000), `${"a".repeat(100_000)}!`, "a=".repeat(50_000)])
      expect(refusal(`Bearer ${text}`)).toBeInstanceOf(OAuthError);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
