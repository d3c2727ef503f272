import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLocalPath, requireSafeUrl } from "./link.js";

describe("requireSafeUrl", () => {
  it.each([
    "https://photos.example.com/cb?a=b#c",
    "http://127.0.0.1:8000/cb",
    "com.example.photos:/cb",
    "urn:ietf:wg:oauth:2.0:oob",
    "/dex/auth?flow=x",
    "?flow=javascript:x",
    "#login",
    "",
  ])("lets %s through unchanged", (url) => {
    expect(requireSafeUrl(url)).toBe(url);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\u0001javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u00a0javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>",
    "blob:https://example.com/1",
    "filesystem:https://example.com/1",
    "view-source:https://example.com",
    "about:blank",
    "file:///etc/passwd",
  ])("refuses %j", (url) => {
    expect(() => requireSafeUrl(url)).toThrow("a link");
  });
});

describe("findLocalPath", () => {
  it("keeps a path with its query", () => {
    expect(findLocalPath("/dex/auth/staff/login?flow=x//y")).toBe("/dex/auth/staff/login?flow=x//y");
  });

  it.each([
    "//evil.example.com/",
    "/\\evil.example.com/",
    "\\/evil.example.com",
    "https://evil.example.com/",
    "dex/auth",
    "",
    "/a\n/b",
    "javascript:x",
  ])("does not take %j for a path on this host", (url) => {
    expect(findLocalPath(url)).toBeUndefined();
  });
});

describe("any link", () => {
  const here = "https://id.example/dex/auth";
  const part = fc.constantFrom(
    "java",
    "script",
    "data",
    "https",
    "http",
    "blob",
    ":",
    "/",
    "//",
    "\\",
    "\t",
    "\n",
    "\r",
    "\0",
    " ",
    "\u00a0",
    "\ufeff",
    "\u2028",
    "?",
    "#",
    "@",
    "evil.example",
    "[",
    "%",
    "a",
    "X",
    "é",
  );
  const url = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(part, { maxLength: 10 }).map((parts) => parts.join("")),
  );
  const dangerous = /^(javascript|vbscript|data|blob|filesystem|view-source|about|file):$/;

  it("that is let through has no scheme that a browser runs, as the browser's own parser reads it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          url,
          url.map((text) => `javascript:${text}`),
          url.map((text) => `java${text}script:x`),
        ),
        (text) => {
          try {
            requireSafeUrl(text);
          } catch {
            return;
          }
          if (URL.canParse(text, here)) expect(new URL(text, here).protocol).not.toMatch(dangerous);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("that counts as a path of ours stays on this host, as the browser's own parser reads it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          url,
          url.map((text) => `/${text}`),
        ),
        (text) => {
          const path = findLocalPath(text);
          if (path !== undefined) expect(new URL(path, here).origin).toBe("https://id.example");
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
