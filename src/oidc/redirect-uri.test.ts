import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendToRedirect,
  isLoopbackUri,
  outOfBandUri,
  type RegisteredRedirects,
  resolveRedirect,
} from "./redirect-uri.js";

const oneUri: RegisteredRedirects = { isPublic: false, redirectUris: ["https://app.example.com/callback"] };
const publicWithoutUris: RegisteredRedirects = { isPublic: true, redirectUris: [] };
const publicWithUri: RegisteredRedirects = { isPublic: true, redirectUris: ["https://app.example.com/callback"] };
const native: RegisteredRedirects = {
  isPublic: true,
  redirectUris: ["http://127.0.0.1/callback", "http://[::1]:8000/callback?a=b"],
};

function allows(client: RegisteredRedirects, asked: string): boolean {
  return resolveRedirect(client, asked) !== undefined;
}

describe("a registered redirect URI (dex-behaviour §3.3)", () => {
  it("is allowed to the letter, for public clients and others", () => {
    expect(resolveRedirect(oneUri, "https://app.example.com/callback")?.uri).toBe("https://app.example.com/callback");
    expect(allows(publicWithUri, "https://app.example.com/callback")).toBe(true);
  });

  it("may be of a custom scheme, relative, or out-of-band where that is registered", () => {
    for (const uri of ["com.example.app:/oauth", "/oauth2/callback", outOfBandUri, "http://app.example.com/cb"]) {
      expect(allows({ isPublic: false, redirectUris: [uri] }, uri)).toBe(true);
    }
  });

  it.each([
    ["another path", "https://app.example.com/callback/"],
    ["a longer path", "https://app.example.com/callback/../evil"],
    ["a query", "https://app.example.com/callback?a=b"],
    ["a fragment", "https://app.example.com/callback#a"],
    ["a path in other letters (security case 16)", "https://app.example.com/CALLBACK"],
    ["a host in other letters", "https://APP.example.com/callback"],
    ["another scheme", "http://app.example.com/callback"],
    ["its default port written out", "https://app.example.com:443/callback"],
    ["user info (security case 48)", "https://app.example.com@evil.example/callback"],
    ["user info before the host", "https://user@app.example.com/callback"],
    ["a host that goes on (security case 43)", "https://app.example.com.evil.example/callback"],
    ["a suffix of the host", "https://evilapp.example.com/callback"],
    ["a backslash", "https://app.example.com\\@evil.example/callback"],
    ["an escaped slash", "https://app.example.com%2fcallback"],
    ["a dot at the end of the host", "https://app.example.com./callback"],
    ["an escape that decodes to the same (security case 8)", "https://app.example.com/%63allback"],
    ["blanks around it", " https://app.example.com/callback"],
    ["a line end", "https://app.example.com/callback\n"],
    ["nothing", ""],
    ["a scheme that runs code (security case 55)", "javascript:alert(1)//https://app.example.com/callback"],
    ["a relative URL", "//app.example.com/callback"],
  ])("is not allowed with %s", (_what, asked) => {
    expect(allows(oneUri, asked)).toBe(false);
    expect(allows(publicWithUri, asked)).toBe(false);
  });
});

describe("a registered URI of a scheme that a browser runs or reads itself (security case 55)", () => {
  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "filesystem:https://app.example.com/temporary/a.html",
    "about:blank",
  ])("is not allowed all the same: %s", (uri) => {
    expect(allows({ isPublic: false, redirectUris: [uri] }, uri)).toBe(false);
  });
});

describe("a registered loopback IP literal (RFC 8252 §7.3)", () => {
  it.each([
    "http://127.0.0.1/callback",
    "http://127.0.0.1:80/callback",
    "http://127.0.0.1:49152/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback?a=b",
    "http://[::1]:3000/callback?a=b",
  ])("may differ in its port: %s", (asked) => {
    expect(allows(native, asked)).toBe(true);
    expect(allows({ ...native, isPublic: false }, asked)).toBe(true);
  });

  it.each([
    ["path", "http://127.0.0.1:3000/callback/"],
    ["path letters", "http://127.0.0.1:3000/Callback"],
    ["path by an escape", "http://127.0.0.1:3000/%63allback"],
    ["path by an escaped slash", "http://127.0.0.1:3000%2fcallback"],
    ["query", "http://127.0.0.1:3000/callback?a=b"],
    ["query of the other one", "http://[::1]:3000/callback?a=c"],
    ["query, left out", "http://[::1]:3000/callback"],
    ["fragment", "http://127.0.0.1:3000/callback#a"],
    ["scheme", "https://127.0.0.1:3000/callback"],
    ["host: a name for it", "http://localhost:3000/callback"],
    ["host: another loopback address", "http://127.0.0.2:3000/callback"],
    ["host: another spelling", "http://127.1:3000/callback"],
    ["host: a number", "http://2130706433:3000/callback"],
    ["host: an address inside IPv6", "http://[::ffff:127.0.0.1]:3000/callback"],
    ["host: a suffix (security case 22)", "http://127.0.0.1.evil.example:3000/callback"],
    ["host: user info (security case 48)", "http://127.0.0.1:3000@evil.example/callback"],
    ["host: a backslash", "http://127.0.0.1:3000\\@evil.example/callback"],
    ["port: too great", "http://127.0.0.1:65536/callback"],
    ["port: far too great", "http://127.0.0.1:99999999/callback"],
    ["port: empty", "http://127.0.0.1:/callback"],
    ["port: not a number", "http://127.0.0.1:80a/callback"],
    ["port: negative", "http://127.0.0.1:-1/callback"],
  ])("may not differ in its %s", (_what, asked) => {
    expect(allows(native, asked)).toBe(false);
  });

  it("frees no port of localhost or of any other host (RFC 8252 §8.3)", () => {
    for (const host of ["localhost", "app.example.com", "10.0.0.1"]) {
      const client = { isPublic: true, redirectUris: [`http://${host}:8000/callback`] };
      expect(allows(client, `http://${host}:8000/callback`)).toBe(true);
      expect(allows(client, `http://${host}:8001/callback`)).toBe(false);
    }
  });
});

describe("a public client without redirect URIs (dex-behaviour §3.3)", () => {
  it.each([
    outOfBandUri,
    "http://localhost",
    "http://localhost/",
    "http://localhost:8080/",
    "http://localhost:991/bar",
    "http://localhost:8000/callback?a=b",
    "http://localhost?a=b",
    "http://127.0.0.1:8080/",
    "http://127.0.0.1:991/bar",
    "http://127.1.2.3/bar",
    "http://[::1]:8080/",
    "http://[::1]:991/bar",
  ])("may use %s", (asked) => {
    expect(allows(publicWithoutUris, asked)).toBe(true);
    expect(allows({ ...publicWithoutUris, isPublic: false }, asked)).toBe(false);
    expect(allows(publicWithUri, asked)).toBe(false);
  });

  it.each([
    "http://localhost.localhost:8080/",
    "http://localhost.localhost/callback",
    "http://localhost.evil.example/",
    "http://evil.example/",
    "http://evil.example?localhost",
    "http://notlocalhost/",
    "https://localhost/",
    "https://127.0.0.1:8080/",
    "ftp://localhost/",
    "javascript://localhost/%0aalert(1)",
    "javascript:alert(1)",
    "data:text/html,localhost",
    "HTTP://localhost/",
    "http://LOCALHOST/",
    "http:localhost/",
    "http:/localhost/",
    "http:///localhost/",
    "http://localhost@evil.example/",
    "http://localhost:80@evil.example/",
    "http://user@localhost/",
    "http://user:pass@localhost/",
    "http://localhost\\@evil.example/",
    "http://localhost\\.evil.example/",
    "http://evil.example\\@localhost/",
    "http://localhost%2f@evil.example/",
    "http://localhost%2eevil.example/",
    "http://localhost%00.evil.example/",
    "http://localhost#@evil.example/",
    "http://localhost/#fragment",
    "http://localhost:65536/",
    "http://localhost:/",
    "http://localhost:8080.evil.example/",
    "http://localhost./",
    "http://128.0.0.1/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://127.0.0.1.evil.example/",
    "http://127.0.0.1.1/",
    "http://1270.0.1/",
    "http://[::2]/",
    "http://[::1]evil.example/",
    "http://[::1].evil.example/",
    "http://[::1%25eth0]/",
    "http://::1/",
    "http://localhost /",
    "http://localhost/a b",
    "http://localhost/\r\nSet-Cookie: a=b",
    "http://localhost/\n",
    "http://localhost/é",
    " http://localhost/",
    "//localhost/",
    "/callback",
    "",
    "urn:ietf:wg:oauth:2.0:oob:auto",
    "URN:ietf:wg:oauth:2.0:oob",
  ])("may not use %j", (asked) => {
    expect(allows(publicWithoutUris, asked)).toBe(false);
  });

  it("tells an out-of-band target from one that a browser can be sent to", () => {
    expect(resolveRedirect(publicWithoutUris, outOfBandUri)?.isOutOfBand).toBe(true);
    expect(resolveRedirect(publicWithoutUris, "http://localhost/")?.isOutOfBand).toBe(false);
  });
});

describe("any redirect URI that is allowed", () => {
  const pieces = fc.constantFrom(
    ...["http", "https", "://", ":", "//", "/", "\\", "@", "?", "#", "%2f", "%40", ".", "..", "localhost", "127.0.0.1"],
    ...[
      "[::1]",
      "evil.example",
      "app.example.com",
      "callback",
      "80",
      "65536",
      "user",
      "\t",
      "\n",
      " ",
      "é",
      "\0",
      "0x7f",
    ],
  );
  const built = fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join(""));
  const afterHost = fc
    .tuple(fc.constantFrom("http://localhost", "http://127.0.0.1", "http://[::1]:80"), built)
    .map(([start, rest]) => start + rest);
  const asked = fc.oneof(built, afterHost, fc.string({ unit: "binary" }), fc.webUrl());

  it("is registered, out-of-band, or leads a browser to loopback by http and nowhere else", () => {
    fc.assert(
      fc.property(asked, fc.constantFrom(oneUri, publicWithoutUris, native), (uri, client) => {
        if (!allows(client, uri) || client.redirectUris.includes(uri) || uri === outOfBandUri) return;
        const url = URL.canParse(uri) ? new URL(uri) : undefined;
        // An address that no browser takes (127.0.0.999) leads nowhere.
        if (url === undefined) return;
        expect(url.protocol).toBe("http:");
        expect(url.hostname).toMatch(/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/);
        expect(url.username + url.password + url.hash).toBe("");
      }),
      { numRuns: 5_000 },
    );
  });

  it("still leads to the same host with the answer appended", () => {
    fc.assert(
      fc.property(afterHost, fc.string({ unit: "binary" }), (uri, state) => {
        const target = resolveRedirect(publicWithoutUris, uri);
        if (target === undefined || !URL.canParse(uri)) return;
        const answer = new URL(appendToRedirect(target, [["state", state]]));
        expect(answer.host).toBe(new URL(uri).host);
        expect(answer.pathname).toBe(new URL(uri).pathname);
        expect(answer.searchParams.getAll("state").at(-1)).toBe(state);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("appendToRedirect (RFC 6749 §3.1.2)", () => {
  function append(uri: string): string {
    const target = resolveRedirect({ isPublic: false, redirectUris: [uri] }, uri);
    if (target === undefined) throw new Error("not allowed");
    return appendToRedirect(target, [
      ["code", "a b"],
      ["iss", "https://id.example.com"],
    ]);
  }

  it.each([
    ["https://app.example.com/cb", "https://app.example.com/cb?"],
    ["https://app.example.com/cb?", "https://app.example.com/cb?"],
    ["https://app.example.com/cb?a=%2F&b", "https://app.example.com/cb?a=%2F&b&"],
    ["https://app.example.com/cb?a=b&", "https://app.example.com/cb?a=b&"],
    ["https://app.example.com/cb?a=?", "https://app.example.com/cb?a=?&"],
    ["com.example.app:/oauth", "com.example.app:/oauth?"],
    ["/oauth2/callback", "/oauth2/callback?"],
  ])("keeps %s as it is registered", (uri, start) => {
    expect(append(uri)).toBe(`${start}code=a+b&iss=https%3A%2F%2Fid.example.com`);
  });

  it("escapes what no header can hold, and nothing else", () => {
    expect(append("https://app.example.com/zoë/%2f 1")).toMatch(
      /^https:\/\/app\.example\.com\/zo%C3%AB\/%2f%201\?code=/,
    );
  });
});

describe("isLoopbackUri", () => {
  it("knows the person's own machine", () => {
    expect(["http://localhost:1/a", "http://127.0.0.1", "http://[::1]/"].every(isLoopbackUri)).toBe(true);
    expect(["https://localhost/", "http://app.example.com/", "app:/cb"].some(isLoopbackUri)).toBe(false);
  });
});
