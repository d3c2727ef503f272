import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveRedirect } from "../oidc/redirect-uri.js";
import { formatProblem, ProblemList } from "./problem.js";
import { ResolveContext } from "./resolve-context.js";
import { resolveRedirects } from "./resolve-redirects.js";

function problemsOf(uri: string): readonly string[] {
  const problems = new ProblemList("f");
  resolveRedirects(new ResolveContext(problems, new Map(), {}), "redirectURIs", [uri]);
  return problems.list().map((problem) => formatProblem(problem).slice("f:1:1: ".length));
}

describe("a redirect URI", () => {
  it.each([
    "https://app.example/cb",
    "https://app.example",
    "https://app.example:8443/cb/?tenant=a",
    "http://localhost/cb",
    "http://localhost:8000",
    "http://127.0.0.1:5555/callback",
    "http://[::1]:5555/callback",
    "http://app.localhost/cb",
    "/oauth2/callback",
    "/",
    "//host/path",
    "dex/device/callback",
    "oc://android.example",
    "com.example.app:/cb",
    "org.example.app://x",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://bücher.example/ü",
  ])("%s is taken as it is", (uri) => {
    expect(problemsOf(uri)).toEqual([]);
  });

  it.each(["https://app.example/cb#x", "/cb#", "myapp:/cb#f"])("%s has a fragment (RFC 6749 §3.1.2)", (uri) => {
    expect(problemsOf(uri)).toEqual([`error: redirect URI ${uri}: must have no fragment`]);
  });

  it.each([
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a/b",
    "about:blank",
    "view-source:https://a",
  ])("%s would be run by the browser", (uri) => {
    expect(problemsOf(uri)).toEqual([expect.stringMatching(/^error: .*would run or read/)]);
  });

  it.each([
    "",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "https://a.example/a b",
    "https:\\\\a.example",
    "https://",
    "https:///x",
    "http:app",
    "https://a b/",
    "https://[::1/cb",
  ])("%j is refused", (uri) => {
    expect(problemsOf(uri)).toEqual([expect.stringMatching(/^error: /)]);
  });

  it.each([
    "http://app.example/cb",
    "http://0.0.0.0:8000/cb",
    "http://127.0.0.1.evil.example/cb",
    "HTTP://APP.EXAMPLE/cb",
  ])("%s sends codes in clear: a warning", (uri) => {
    expect(problemsOf(uri)).toEqual([`warning: redirect URI ${uri}: http sends codes in clear; use https`]);
  });

  it("with a wildcard works only to the letter: a warning", () => {
    expect(problemsOf("https://*.app.example/cb")).toEqual([
      expect.stringMatching(/^warning: .*compared to the letter/),
    ]);
  });

  it("that is taken can be used, and one that is refused for its scheme can't, whatever the text", () => {
    const start = fc.constantFrom("", "https://", "http://", "javascript:", "data:", "/", "app:", " ");
    fc.assert(
      fc.property(start, fc.oneof(fc.string(), fc.webUrl()), (scheme, rest) => {
        const uri = `${scheme}${rest}`;
        const isRefused = problemsOf(uri).some((line) => line.startsWith("error"));
        const canBeUsed = resolveRedirect({ isPublic: false, redirectUris: [uri] }, uri) !== undefined;
        if (!canBeUsed) expect(isRefused).toBe(true);
      }),
    );
  });
});
