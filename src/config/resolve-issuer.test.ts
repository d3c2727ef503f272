import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";
import { ProblemList } from "./problem.js";
import { ResolveContext } from "./resolve-context.js";
import { resolveIssuer } from "./resolve-issuer.js";

function loadIssuer(issuer: string) {
  return loadText(smallestConfig.replace("https://sso.example.com/dex", JSON.stringify(issuer)));
}

describe("the issuer", () => {
  it.each([
    ["https://sso.example.com/dex", "/dex", "https://sso.example.com", true],
    ["https://sso.example.com", "", "https://sso.example.com", true],
    ["https://sso.example.com/", "", "https://sso.example.com", true],
    ["https://sso.example.com:8443/a/b/", "/a/b", "https://sso.example.com:8443", true],
    ["http://127.0.0.1:5556/dex", "/dex", "http://127.0.0.1:5556", false],
    ["http://localhost:5556/identity/", "/identity", "http://localhost:5556", false],
    ["http://[::1]:5556", "", "http://[::1]:5556", false],
  ])("%s stays to the letter, its path without the last slash", async (url, path, origin, isHttps) => {
    const { config, lines } = await loadIssuer(url);
    expect(lines).toEqual([]);
    expect(config?.issuer).toEqual({ url, path, origin, isHttps });
  });

  it.each(["http://dex.svc.local/dex", "http://0.0.0.0:5556/dex", "http://127.0.0.1.nip.io"])(
    "%s sends passwords in clear: a warning",
    async (url) => {
      const { config, warnings } = await loadIssuer(url);
      expect([config?.issuer.url, warnings]).toEqual([
        url,
        [expect.stringContaining("1:9: warning: issuer: http sends")],
      ]);
    },
  );

  it.each([
    ...["", "not a url", "/dex", "sso.example.com", "ftp://sso.example.com", "https:sso.example.com", "https://"],
    ...[
      "https:\\\\sso.example.com",
      " https://sso.example.com",
      "https://sso.example.com/a b",
      "https://sso.example.com/\n",
    ],
    ...[
      "https://sso.example.com?x=1",
      "https://sso.example.com/#",
      "https://user@sso.example.com",
      "https://a:b@sso.example.com",
      "https://@sso.example.com",
    ],
  ])("%j is refused", async (url) => {
    expect((await loadIssuer(url)).errors).toEqual([
      expect.stringMatching(/1:9: error: (issuer: must|no issuer specified)/),
    ]);
  });
});

describe("any issuer", () => {
  it("is kept to the letter and agrees with the browser's own parser, or is an error", () => {
    const part = fc.constantFrom(
      "https://",
      "http://",
      "id.example",
      "/",
      "//",
      "/dex",
      "?",
      "#",
      "@",
      ":",
      "8443",
      "\\",
      " ",
      "\n",
      "\t",
      "[::1]",
      "%2f",
      "..",
      "é",
    );
    const nearly = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          nearly.map((text) => `https://id.example${text}`),
          fc.string(),
          fc.webUrl(),
        ),
        (text) => {
          const problems = new ProblemList("config.yaml");
          const found = resolveIssuer(new ResolveContext(problems, new Map(), {}), text);
          expect(problems.hasErrors).toBe(found === undefined);
          if (found === undefined) return;
          const url = new URL(text);
          expect([found.url, found.origin, url.search + url.hash + url.username]).toEqual([text, url.origin, ""]);
          expect(found.path).not.toMatch(/\/$|[?#\\\s]/);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
