import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cookieName, formatCookie, parseCookies } from "./cookies.js";

/** RFC 6265 §4.1.1: a token for the name, `cookie-octet`s for the value. */
const names = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
const values = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,40}$/);

describe("parseCookies (RFC 6265 §4.2)", () => {
  it("reads names and values, also values that hold =", () => {
    expect([...parseCookies("a=1; flow_x=abc==; b=")]).toEqual([
      ["a", "1"],
      ["flow_x", "abc=="],
      ["b", ""],
    ]);
  });

  it("takes the first of two cookies of one name: a planted one for a wider path comes later", () => {
    expect(parseCookies("id=ours; id=planted").get("id")).toBe("ours");
  });

  it("reads no cookie from a missing or empty header, or from a part without =", () => {
    for (const header of [undefined, "", ";", "; ;", "novalue", "novalue; "]) expect(parseCookies(header).size).toBe(0);
  });

  it("knows names by their exact letters: no member of an object is ever found", () => {
    const cookies = parseCookies("Id=1");
    for (const name of ["id", "__proto__", "constructor", "toString"]) expect(cookies.get(name)).toBeUndefined();
  });

  it("reads back every list of cookies that a browser may send", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 8 }), (pairs) => {
        const header = pairs.map(([name, value]) => `${name}=${value}`).join("; ");
        expect([...parseCookies(header)]).toEqual(pairs);
      }),
    );
  });

  it("never throws, whatever the header", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (header) => parseCookies(header).size >= 0));
  });
});

describe("formatCookie", () => {
  it("is HttpOnly, SameSite=Lax and for the whole host, without a Domain (RFC 6265bis §4.1.3.2)", () => {
    expect(formatCookie("__Host-id", "v", { secure: true })).toBe(
      "__Host-id=v; Path=/; HttpOnly; SameSite=Lax; Secure",
    );
    expect(formatCookie("id", "v", { secure: false })).toBe("id=v; Path=/; HttpOnly; SameSite=Lax");
  });

  it("carries an age in seconds, where 0 removes the cookie", () => {
    expect(formatCookie("id", "v", { secure: false, maxAgeSeconds: 600 })).toMatch(/; Max-Age=600$/);
    expect(formatCookie("id", "", { secure: false, maxAgeSeconds: 0 })).toMatch(/^id=; .*; Max-Age=0$/);
  });
});

describe("cookieName", () => {
  it("has the guarded prefix only where browsers accept it", () => {
    expect(cookieName("id", true)).toBe("__Host-id");
    expect(cookieName("id", false)).toBe("id");
  });
});
