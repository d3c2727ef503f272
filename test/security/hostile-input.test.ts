import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorizeUrl, photos, photosYaml, robinYaml } from "../support/relying-party.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ yaml: `storage: { type: memory }\n${photosYaml}${robinYaml}` });
});

afterAll(async () => {
  // The whole run of hostile requests: nothing was a fault.
  expect(server.log()).not.toContain("request failed");
  await server.stop();
});

const basic = `Basic ${Buffer.from(`${photos.id}:${photos.secret}`).toString("base64")}`;

/** Values that have broken parsers elsewhere: encoding, size, repetition, nesting, injection. */
const hostileValues = [
  "",
  "%",
  "%zz",
  "%00",
  "%ff%fe",
  "%c0%af",
  "%ED%A0%80",
  "a%0d%0aSet-Cookie:%20x=y",
  "%25%32%35",
  "..%2f..%2f",
  "javascript:alert(1)",
  "<script>alert(1)</script>",
  "x".repeat(10_000),
  `${"[".repeat(3_000)}${"]".repeat(3_000)}`,
  "eyJhbGciOiJub25lIn0.e30.",
  "CgR0ZXN0EgNiYXI",
  "Cv////8PYQ",
  "null",
  "true",
  "__proto__",
  "constructor",
];

const formEndpoints = ["/token", "/revoke", "/userinfo"];
const pageEndpoints = [
  "/auth",
  "/auth/local",
  "/auth/local/login",
  "/approval",
  "/callback",
  "/callback/local",
  "/auth/%2e%2e",
  "/auth/__proto__",
];
const names = [
  "client_id",
  "client_secret",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "request",
  "connector_id",
  "flow",
  "posted",
  "req",
  "hmac",
  "approval",
  "login",
  "password",
  "RelayState",
  "grant_type",
  "code",
  "refresh_token",
  "token",
  "access_token",
  "code_verifier",
];

async function send(
  path: string,
  method: string,
  query: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.issuer}${path}${query === "" ? "" : `?${query}`}`, {
    method,
    redirect: "manual",
    headers: { ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }), ...headers },
    ...(body !== undefined && { body }),
  });
}

/** Sends bytes as they are, and resolves with everything that came until the server closed. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(new URL(server.origin).port), "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer)).on("error", () => resolve(answer));
  });
}

/** Errors speak the language of their reader, and no answer is a fault. */
async function expectCivil(response: Response, reader: "program" | "person"): Promise<void> {
  expect(response.status).toBeLessThan(500);
  const type = response.headers.get("content-type") ?? "";
  const body = await response.text();
  if (response.status < 400) return;
  if (reader === "program") {
    expect(type).toContain("application/json");
    expect(JSON.parse(body)["error"]).toMatch(/^[a-z_]+$/);
  } else {
    expect(type).toContain("text/html");
    expect(body).not.toContain("<script>alert(1)");
  }
}

describe("hostile parameters give the error that the reader expects, never a 500 (security cases 26, 27, 30)", () => {
  for (const path of formEndpoints) {
    it(`at ${path}, each parameter with each hostile value, alone and twice`, async () => {
      for (const name of names) {
        for (const value of hostileValues) {
          await expectCivil(await send(path, "POST", "", `${name}=${value}`, { authorization: basic }), "program");
        }
        await expectCivil(await send(path, "POST", "", `${name}=a&${name}=b`, { authorization: basic }), "program");
      }
    });
  }

  for (const path of pageEndpoints) {
    it(`at ${path}, by GET and by POST`, async () => {
      for (const name of names) {
        for (const value of hostileValues) {
          const small = value.slice(0, 6_000);
          await expectCivil(await send(path, "GET", `${name}=${small}`), "person");
          await expectCivil(await send(path, "POST", "", `${name}=${value}`), "person");
        }
        await expectCivil(await send(path, "GET", `${name}=a&${name}=b`), "person");
      }
    });
  }

  it("in an otherwise good authorization request: the client is told, or the person where there is no client to tell", async () => {
    for (const name of [
      "response_type",
      "scope",
      "state",
      "nonce",
      "code_challenge",
      "prompt",
      "max_age",
      "request",
      "connector_id",
      "login_hint",
    ]) {
      for (const value of hostileValues.filter((text) => text.length < 9_000)) {
        const url = new URL(authorizeUrl(server));
        url.searchParams.delete(name);
        const response = await fetch(`${url}&${name}=${value}`, { redirect: "manual" });
        expect(response.status).toBeLessThan(500);
        const location = response.headers.get("location");
        if (location !== null)
          expect(new URL(location, server.origin).origin).toMatch(/photos\.example\.com|127\.0\.0\.1/);
      }
    }
  });

  it("never redirects to an address that is not registered, whatever else is wrong (CVE-2026-55834)", async () => {
    for (const redirectUri of [
      "https://evil.example/",
      "https://photos.example.com/callback/",
      "https://photos.example.com/CALLBACK",
      "https://photos.example.com/callback?x=1",
      "https://photos.example.com/callback#x",
      "https://photos.example.com@evil.example/callback",
      "https://photos.example.com.evil.example/callback",
      "https://photos.example.com\\@evil.example/callback",
      "//photos.example.com/callback",
      "javascript:alert(1)",
      "",
    ]) {
      const url = new URL(authorizeUrl(server, { extra: { prompt: "none" } }));
      url.searchParams.set("redirect_uri", redirectUri);
      const response = await fetch(url, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    }
  });
});

describe("hostile headers and bodies", () => {
  it("refuses every malformed Authorization header civilly at the token endpoint", async () => {
    for (const authorization of [
      "Basic",
      "Basic ",
      "Basic !!!",
      "Basic Og==",
      "Basic OjpiYXI=",
      `Basic ${Buffer.from("no colon").toString("base64")}`,
      `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString("base64")}`,
      `Basic ${Buffer.from("a%zz:b%").toString("base64")}`,
      `Basic ${Buffer.from(`${"x".repeat(5_000)}:y`).toString("base64")}`,
      "Bearer abc",
      "Digest username=x",
      "Negotiate YII=",
    ]) {
      await expectCivil(
        await send("/token", "POST", "", "grant_type=refresh_token&refresh_token=x", { authorization }),
        "program",
      );
    }
  });

  it("refuses every malformed bearer token at userinfo with 401 and a challenge (RFC 6750 §3)", async () => {
    for (const token of ["x", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "x".repeat(8_000), "%00", "é"]) {
      const response = await send("/userinfo", "GET", "", undefined, {
        authorization: `Bearer ${Buffer.from(token).toString("latin1")}`,
      });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
  });

  it("refuses bodies that are no form, or too large, without reading them to the end", async () => {
    for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/xml"]) {
      const response = await fetch(`${server.issuer}/token`, {
        method: "POST",
        headers: { "content-type": type },
        body: "{}",
      });
      await expectCivil(response, "program");
    }
    const large = await send("/token", "POST", "", `grant_type=${"x".repeat(200_000)}`);
    expect(large.status).toBe(413);
    const many = await send("/token", "POST", "", "a=b&".repeat(500));
    await expectCivil(many, "program");
  });

  it("answers other methods with 405 and Allow", async () => {
    for (const [path, allow] of [
      ["/token", "POST"],
      ["/keys", "GET, HEAD"],
      ["/userinfo", "GET, HEAD, POST"],
      ["/auth", "GET, POST"],
    ] as const) {
      const response = await send(path, "DELETE", "");
      expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
    }
  });

  it("keeps answering others while a client sends garbage on the socket", async () => {
    const port = Number(new URL(server.origin).port);
    for (const bytes of [
      "\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET /${"x".repeat(70_000)} HTTP/1.1\r\n\r\n`,
      "POST /dex/token HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "\u0000\u0001\u0002",
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
        socket.on("close", () => resolve()).on("error", () => resolve());
        socket.resume();
      });
    }
    expect((await fetch(`${server.issuer}/healthz`)).status).toBe(200);
  });

  it("says that it closes the connection when it answers bytes that are no HTTP request (RFC 9112 §9.6)", async () => {
    for (const [status, bytes] of [
      [400, "GET /dex/auth?\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n"],
      [400, "GET /dex/auth HTTP/9.9\r\n\r\n"],
      [431, `GET /dex/auth HTTP/1.1\r\nHost: x\r\nA: ${"x".repeat(100_000)}\r\n\r\n`],
    ] as const) {
      const answer = await exchange(bytes);
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toMatch(/^connection: close\r$/im);
    }
  });

  it("builds no URL from Host or Forwarded headers (CVE-2026-29067)", async () => {
    const headers = {
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
      "x-forwarded-proto": "https",
    };
    const page = await fetch(authorizeUrl(server), { headers });
    const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`, { headers });
    expect(`${await page.text()}${await discovery.text()}`).not.toContain("evil.example");
  });
});
