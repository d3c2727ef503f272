import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCookies } from "../../platform/cookies.js";
import { createSystemRandom } from "../../platform/random.js";
import { ensureBrowserSecret, findBrowserSecret } from "./browser-cookie.js";
import { findState, isHandle, storeState } from "./state-cookie.js";

const sealed = fc.stringMatching(/^[A-Za-z0-9_-]{40,400}$/);
const options = { random: createSystemRandom(), maxAgeSeconds: 600 };

/** A browser's jar after `Set-Cookie` lines. */
function keep(jar: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [[name = "", value = ""] = []] = [...parseCookies(line.split(";")[0])];
    if (/Max-Age=0/.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
}

describe("a state that waits in a cookie", () => {
  it("is found again by its handle; a browser keeps the newest three, whatever else it sends", () => {
    // Also cookies that look like ours, as another site of the domain may plant them.
    const name = fc.stringMatching(/^(latchkey_state_)?([a-z]{1,9}|[\w-]{22})$/);
    const foreign = fc.dictionary(name, fc.stringMatching(/^([0-9a-z]{1,12}|zz[0-9a-z]{6}\.x)$/), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(sealed, { minLength: 1, maxLength: 6 }), foreign, fc.boolean(), (states, others, secure) => {
        const jar = new Map(Object.entries(others));
        const stored = states.map((state, index) => {
          const result = storeState(jar, state, { ...options, secure, now: 1_800_000_000_000 + index });
          if (result === undefined) throw new Error("too large");
          keep(jar, result.setCookies);
          return { state, handle: result.handle };
        });
        for (const { state, handle } of stored.slice(-3)) {
          expect(isHandle(handle)).toBe(true);
          expect(findState(jar, handle, secure)).toBe(state);
        }
        for (const { handle } of stored.slice(0, -3)) expect(findState(jar, handle, secure)).toBeUndefined();
      }),
    );
  });

  it("is never taken for a handle, nor a handle made of other text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), sealed), (text) => {
        expect(isHandle(text)).toBe(text.length === 22 && /^[\w-]*$/.test(text));
      }),
    );
    expect(isHandle(`${"a".repeat(22)}\n`)).toBe(false);
  });

  it("fits into a cookie or is refused (RFC 6265 §6.1)", () => {
    for (const [length, fits] of [
      [3_800, true],
      [3_900, false],
    ] as const) {
      const result = storeState(new Map(), "s".repeat(length), { ...options, secure: true, now: 1_800_000_000_000 });
      expect(result !== undefined).toBe(fits);
      for (const line of result?.setCookies ?? []) expect(line.length).toBeLessThan(4_096);
    }
  });
});

describe("the cookie that binds a browser to its flows", () => {
  it("is made anew where the browser sent none of ours, and kept where it did", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (value, secure) => {
        const name = secure ? "__Host-latchkey_browser" : "latchkey_browser";
        const made = ensureBrowserSecret(new Map([[name, value]]), secure, createSystemRandom());
        expect(made.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
        const jar = new Map<string, string>();
        keep(jar, made.setCookies);
        expect(findBrowserSecret(jar, secure)).toBe(made.secret);
        expect(ensureBrowserSecret(jar, secure, createSystemRandom())).toEqual({ secret: made.secret, setCookies: [] });
      }),
    );
  });

  it("of another scheme does not count: a name without __Host- can be planted by a neighbour (RFC 6265bis §4.1.3.2)", () => {
    expect(findBrowserSecret(new Map([["latchkey_browser", "a".repeat(43)]]), true)).toBeUndefined();
  });
});
