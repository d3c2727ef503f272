import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CodeChallenge, checkVerifier, type PkceRules, parseChallenge } from "./pkce.js";

const both: PkceRules = { enforce: false, methods: ["S256", "plain"] };
const strict: PkceRules = { enforce: true, methods: ["S256"] };
/** RFC 7636 appendix B. */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const invalidRequest = expect.objectContaining({ code: "invalid_request" });

describe("parseChallenge (RFC 7636 §4.3)", () => {
  it("reads S256, and plain where no method is named", () => {
    expect(parseChallenge(challenge, "S256", both)).toEqual({ challenge, method: "S256" });
    expect(parseChallenge("challenge123", undefined, both)).toEqual({ challenge: "challenge123", method: "plain" });
  });

  it("is optional unless it is enforced", () => {
    expect(parseChallenge(undefined, undefined, both)).toBeUndefined();
    expect(() => parseChallenge(undefined, undefined, strict)).toThrow(invalidRequest);
  });

  it("takes no method that is switched off, unknown or in other letters (security case 54)", () => {
    for (const method of ["plain", undefined, "none", "s256", "S512"]) {
      expect(() => parseChallenge(challenge, method, strict)).toThrow(invalidRequest);
    }
  });

  it("does not take a method without a challenge: somebody has stripped it (RFC 9700 §2.1.1)", () => {
    expect(() => parseChallenge(undefined, "S256", both)).toThrow(invalidRequest);
  });

  it.each([
    ["S256", challenge.slice(1)],
    ["S256", `${challenge}A`],
    ["S256", `${challenge.slice(1)}=`],
    ["plain", "a b"],
    ["plain", "a\n"],
    ["plain", "é"],
    ["plain", "a".repeat(129)],
  ])("takes no malformed challenge for %s: %j", (method, text) => {
    expect(() => parseChallenge(text, method, both)).toThrow(invalidRequest);
  });
});

describe("checkVerifier (RFC 7636 §4.6)", () => {
  const s256: CodeChallenge = { challenge, method: "S256" };
  const plain: CodeChallenge = { challenge: verifier, method: "plain" };
  const invalidGrant = expect.objectContaining({ code: "invalid_grant" });

  it("accepts the verifier of appendix B, and one shorter than the RFC wants, as Dex does", () => {
    expect(checkVerifier(s256, verifier)).toBeUndefined();
    const short: CodeChallenge = { challenge: "lyyl-X4a69qrqgEfUL8wodWic3Be9ZZ5eovBgIKKi-w", method: "S256" };
    expect(checkVerifier(short, "challenge123")).toBeUndefined();
    expect(checkVerifier(plain, verifier)).toBeUndefined();
  });

  it("asks for nothing where no challenge was sent", () => {
    expect(checkVerifier(undefined, undefined)).toBeUndefined();
  });

  it("refuses a code with a challenge but no verifier, and the reverse (security case 45)", () => {
    expect(checkVerifier(s256, undefined)).toEqual(invalidGrant);
    expect(checkVerifier(undefined, verifier)).toEqual(invalidGrant);
  });

  it("refuses another verifier, the challenge itself, and one in other letters", () => {
    for (const text of [`${verifier.slice(1)}a`, challenge, verifier.toUpperCase(), `${verifier}\n`, ""]) {
      expect(checkVerifier(s256, text)).toEqual(invalidGrant);
    }
    expect(checkVerifier(plain, challenge)).toEqual(invalidGrant);
  });

  it("refuses a verifier beyond 128 characters or with reserved ones (RFC 7636 §4.1)", () => {
    for (const text of ["a".repeat(129), "a+b", "a b"]) {
      expect(checkVerifier({ challenge: text, method: "plain" }, text)).toEqual(invalidGrant);
    }
  });
});

describe("any challenge and verifier", () => {
  const text = fc.option(fc.string({ unit: "binary", maxLength: 60 }), { nil: undefined });
  const method = fc.option(fc.constantFrom("S256", "plain", "s256", ""), { nil: undefined });
  const good = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/);

  it("is read, refused with invalid_request, or absent; what is read has no letter that a URL would change (RFC 7636 §4.2)", () => {
    fc.assert(
      fc.property(fc.oneof(text, good), method, fc.constantFrom(both, strict), (asked, named, rules) => {
        try {
          const read = parseChallenge(asked, named, rules);
          if (read === undefined) expect([asked, named, rules.enforce]).toEqual([undefined, undefined, false]);
          else expect([read.challenge, read.challenge]).toEqual([asked, encodeURIComponent(read.challenge)]);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_request" });
        }
      }),
      { numRuns: 500 },
    );
  });

  it("match where the one was made of the other, and with no other verifier (RFC 7636 §4.6)", () => {
    fc.assert(
      fc.property(good, fc.oneof(text, good), (sent, other) => {
        const hash = createHash("sha256").update(sent).digest("base64url");
        const bound = [parseChallenge(hash, "S256", both), parseChallenge(sent, "plain", both)];
        for (const codeChallenge of bound) {
          expect(checkVerifier(codeChallenge, sent)).toBeUndefined();
          if (other !== sent) expect(checkVerifier(codeChallenge, other)).toMatchObject({ code: "invalid_grant" });
        }
      }),
    );
  });
});
