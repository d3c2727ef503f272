import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createHttpBrowser } from "../support/http-browser.js";
import { describeWith, findPart } from "../support/parts.js";
import {
  authorizeUrl,
  logIn,
  obtainTokens,
  passwordHash,
  photos,
  photosYaml,
  refresh,
  robinYaml,
  submitPassword,
} from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;

async function start(yaml = ""): Promise<void> {
  server = await startTestServer({ yaml: `storage: { type: memory }\n${photosYaml}${robinYaml}${yaml}` });
}

afterEach(async () => {
  await server.stop();
});

describe("response headers", () => {
  it("of a page: strict CSP, no framing, no referrer, no sniffing, no store", async () => {
    await start();
    const { headers } = await createHttpBrowser().follow(authorizeUrl(server), server.origin);
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"])
      expect(policy).toContain(rule);
    expect(policy).not.toContain("unsafe");
    // A form whose redirects end at a client must not be held by form-action (DESIGN wall 1).
    expect(policy).not.toContain("form-action");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("of JWKS and discovery: cacheable, with an ETag that gives 304", async () => {
    await start();
    for (const path of ["/keys", "/.well-known/openid-configuration"]) {
      const first = await fetch(`${server.issuer}${path}`);
      expect(first.headers.get("cache-control")).toBe("public, max-age=600, must-revalidate");
      const etag = first.headers.get("etag") ?? "";
      expect((await fetch(`${server.issuer}${path}`, { headers: { "if-none-match": etag } })).status).toBe(304);
    }
  });
});

describe("discovery (OpenID Connect Discovery §4, RFC 8414 §3)", () => {
  it("is served at OpenID's place and at both places of RFC 8414, and names only what exists", async () => {
    await start();
    const document: Record<string, unknown> = JSON.parse(
      await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).text(),
    );
    for (const url of [
      `${server.issuer}/.well-known/oauth-authorization-server`,
      `${server.origin}/.well-known/oauth-authorization-server/dex`,
    ]) {
      expect(await (await fetch(url)).json()).toEqual(document);
    }
    expect(document).toMatchObject({
      issuer: server.issuer,
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["ES256"],
      authorization_response_iss_parameter_supported: true,
    });
    for (const [name, value] of Object.entries(document)) {
      if (!name.endsWith("_endpoint") && name !== "jwks_uri") continue;
      expect((await fetch(String(value), { method: "OPTIONS" })).status).not.toBe(404);
    }
  });
});

describe("CORS (RFC 9700 §2.6, CVE-2024-41657)", () => {
  it("is off without configuration, and compares whole origins", async () => {
    await start();
    const { headers } = await fetch(`${server.issuer}/keys`, { headers: { origin: "https://spa.example.com" } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("serves configured origins at the endpoints that a browser app calls, never at the authorization endpoint", async () => {
    server = await startTestServer({
      yaml: `storage: { type: memory }\n${photosYaml}${robinYaml}`,
      web: 'allowedOrigins: ["https://spa.example.com"]',
    });
    for (const [origin, allowed] of [
      ["https://spa.example.com", true],
      ["https://spa.example.com.evil.example", false],
      ["http://spa.example.com", false],
    ] as const) {
      const { headers } = await fetch(`${server.issuer}/keys`, { headers: { origin } });
      expect(headers.get("access-control-allow-origin")).toBe(allowed ? origin : null);
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
    const preflight = await fetch(`${server.issuer}/token`, {
      method: "OPTIONS",
      headers: {
        origin: "https://spa.example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://spa.example.com",
    ]);
    const page = await fetch(authorizeUrl(server), { headers: { origin: "https://spa.example.com" } });
    expect(page.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("the log", () => {
  it("holds no secret, token, code, sealed flow or password of a whole run", async () => {
    await start();
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    await submitPassword(browser, server, form, "robin@example.com", "a-wrong-password-1");
    const done = await logIn(server, { browser });
    const login = await obtainTokens(server);
    const again = await refresh(server, login.body["refresh_token"]);
    await refresh(server, `${login.body["refresh_token"]}x`);
    const flow = new URL(form.url).searchParams.get("flow") ?? "";
    const code = new URL(done.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const secrets = [photos.secret, passwordHash, "a-wrong-password-1", flow, code, ...browser.cookies.values()];
    for (const body of [login.body, again.body])
      secrets.push(...["access_token", "id_token", "refresh_token"].map((name) => String(body[name])));
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10);
      expect(server.log()).not.toContain(secret);
    }
    expect(server.log()).not.toContain('"password"');
  });

  it("has one line per request with its id, and one event per step with the same id", async () => {
    await start();
    await obtainTokens(server);
    const events = server.events();
    expect(events.map((event) => event["event"])).toEqual([
      "keys.scheduled",
      "login.succeeded",
      "consent.granted",
      "token.issued",
    ]);
    const requests = server
      .log()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter((line) => line["status"] !== undefined);
    const ids = requests.map((line) => line["request_id"]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const event of events.slice(1)) expect(ids).toContain(event["request_id"]);
    expect(requests.every((line) => !String(line["path"]).includes("?"))).toBe(true);
  });
});

/** What the log says of the requests that failed. */
function listFailures(): readonly unknown[] {
  const lines: readonly Record<string, unknown>[] = server
    .log()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines
    .filter((line) => line["error"] !== undefined && line["status"] !== undefined)
    .map((line) => [line["status"], line["error"], line["client_id"], line["detail"]]);
}

describe("the log line of a request that failed", () => {
  it("names the application and the reason, also where the client was told by a redirect", async () => {
    await start();
    const browser = createHttpBrowser();
    const ask = (changes: Record<string, string>): string => {
      const url = new URL(authorizeUrl(server));
      for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
      return url.href;
    };
    await browser.request(ask({ scope: "email" }));
    await browser.request(ask({ prompt: "none" }));
    await browser.request(ask({ redirect_uri: "https://elsewhere.example/cb?secret=1" }));
    await browser.request(ask({ client_id: "x".repeat(100) }));
    expect(listFailures()).toEqual([
      [303, "invalid_scope", photos.id, expect.stringContaining("openid")],
      [303, "login_required", photos.id, expect.any(String)],
      [400, "bad-redirect", photos.id, "redirect_uri not registered: https://elsewhere.example/cb"],
      [400, "unknown-app", "x".repeat(64), undefined],
    ]);
  });

  it("names the application of a token request, also one that only says that it is this one", async () => {
    await start();
    const send = (form: Record<string, string>) =>
      fetch(`${server.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
    const grant = { grant_type: "authorization_code", code: "none", redirect_uri: "x" };
    await send({ ...grant, client_id: "nobody", client_secret: "guess" });
    await send({ ...grant, client_id: photos.id, client_secret: "guess" });
    await send({ ...grant, client_id: photos.id, client_secret: photos.secret });
    expect(listFailures()).toEqual([
      [401, "invalid_client", "nobody", "unknown client"],
      [401, "invalid_client", photos.id, "wrong secret"],
      [400, "invalid_grant", photos.id, expect.any(String)],
    ]);
    expect(server.log()).not.toContain("guess");
  });
});

describeWith("openssl", "the HTTPS listener (CVE-2024-23656)", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-tls-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function makeCertificate(name: string): void {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const args = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      key,
      "-out",
      cert,
    ];
    execFileSync(findPart("openssl").path, args, { stdio: "ignore" });
  }

  function dial(port: number, options: Record<string, unknown>): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
        resolve(`${socket.getProtocol()} ${String(socket.getPeerCertificate().subject.CN)}`);
        socket.end();
      });
      socket.on("error", () => resolve("refused"));
    });
  }

  it("refuses old versions and weak ciphers on the real socket, and takes a new certificate into use", async () => {
    makeCertificate("first");
    const port = await findFreePort();
    const tls = `https: "127.0.0.1:${port}", tlsCert: "${folder}/cert.pem", tlsKey: "${folder}/key.pem"`;
    server = await startTestServer({ yaml: `storage: { type: memory }\n${photosYaml}${robinYaml}`, web: tls });
    expect(await dial(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })).toBe(
      "refused",
    );
    expect(await dial(port, { maxVersion: "TLSv1.2", ciphers: "AES128-SHA" })).toBe("refused");
    expect(await dial(port, {})).toBe("TLSv1.3 first");
    expect(await dial(port, { maxVersion: "TLSv1.2" })).toBe("TLSv1.2 first");
    writeFileSync(join(folder, "cert.pem"), "not a certificate");
    process.emit("SIGHUP");
    await waitForLog("certificate not reloaded");
    expect(await dial(port, {})).toBe("TLSv1.3 first");
    makeCertificate("second");
    process.emit("SIGHUP");
    await waitForLog("certificate reloaded");
    expect(await dial(port, {})).toBe("TLSv1.3 second");
  });

  async function waitForLog(text: string): Promise<void> {
    while (!server.log().includes(text)) await new Promise((resolve) => setImmediate(resolve));
  }
});
