import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseOptions } from "../../example-app/options.js";
import { addPending, createSessions, maxPending, maxSessions } from "../../example-app/sessions.js";
import { type ExampleApp, startExampleApp } from "../../example-app/start-example-app.js";
import { runExampleApp } from "../support/example-app-process.js";
import { createHttpBrowser, findAction, findField, type HttpBrowser, type Visit } from "../support/http-browser.js";
import { passwordHash } from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

const client = { clientId: "example-app", clientSecret: "example-secret-0123456789" };
const yaml = `
storage: { type: memory }
staticClients:
  - { id: ${client.clientId}, name: Example App, secret: ${client.clientSecret}, redirectURIs: ["http://127.0.0.1:5555/callback"] }
oauth2: { skipApprovalScreen: true }
enablePasswordDB: true
staticPasswords:
  - { email: robin@example.com, hash: "${passwordHash}", username: robin, name: "<script>alert(1)</script>", userID: "1" }
`;
const listen = { host: "127.0.0.1", port: 0 };

let server: TestServer;
let app: ExampleApp;
let serverSkew = 0;
let appSkew = 0;

beforeAll(async () => {
  server = await startTestServer({ yaml, parts: { clock: () => Date.now() + serverSkew } });
  app = await startExampleApp({ issuer: server.issuer, ...client, listen }, () => Date.now() + appSkew);
});

afterAll(async () => {
  await app.stop();
  await server.stop();
});

function at(path: string): string {
  return `${app.origin}${path}`;
}

/** Starts a login and answers the password form; what comes back leads to the callback. */
async function reachCallback(browser: HttpBrowser, fields: Readonly<Record<string, string>> = {}): Promise<URL> {
  const begun = await browser.request(at("/login"), { scope: "profile offline_access", ...fields });
  const form = await browser.follow(begun.headers.get("location") ?? "", server.origin);
  const answer = await browser.follow(findAction(form.body, form.url), server.origin, {
    req: findField(form.body, "req") ?? "",
    login: "robin@example.com",
    password: "password",
  });
  return new URL(answer.headers.get("location") ?? "");
}

async function logIn(): Promise<HttpBrowser> {
  const browser = createHttpBrowser();
  const callback = await reachCallback(browser);
  expect((await browser.request(callback.href)).headers.get("location")).toBe("/claims");
  return browser;
}

/** A provider that answers with ID tokens as it is told, signed by the key that it publishes or by another one. */
async function startForger() {
  const issuer = `http://127.0.0.1:${await findFreePort()}`;
  const [own, other] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
  const keys = [{ ...(await exportJWK(own.publicKey)), kid: "k", alg: "ES256", use: "sig" }];
  const answers = new Map<string, unknown>([
    [
      "/.well-known/openid-configuration",
      {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ["ES256"],
        authorization_response_iss_parameter_supported: true,
      },
    ],
    ["/keys", { keys }],
  ]);
  const http = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answers.get(request.url ?? "")));
  });
  http.listen(Number(new URL(issuer).port), "127.0.0.1");
  await once(http, "listening");
  return {
    issuer,
    async prepare(signs: "its own key" | "another key", claims: JWTPayload): Promise<void> {
      const token = new SignJWT({ ...claims, iss: issuer, sub: "robin" })
        .setProtectedHeader({ alg: "ES256", kid: "k" })
        .setIssuedAt()
        .setExpirationTime("1h");
      const idToken = await token.sign((signs === "its own key" ? own : other).privateKey);
      answers.set("/token", { access_token: "a", token_type: "Bearer", expires_in: 60, id_token: idToken });
    },
    async stop(): Promise<void> {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}

function expectFriendly(visit: Visit, title: string): void {
  expect(visit.body).toContain(`<h1>${title}</h1>`);
  expect(visit.body).toContain('<a class="btn btn--primary" href="/">');
  expect(visit.body).not.toMatch(/\bat .*:\d+:\d+|<script/);
}

describe("the callback of the example application", () => {
  const hostile = [
    "",
    "?",
    "?code=x",
    "?state=",
    "?state=x&state=y&code=z",
    "?error=%3Cscript%3Ealert(1)%3C%2Fscript%3E&state=x",
    "?%zz=%ff%fe&state=%00",
    `?code=${"x".repeat(4_000)}&state=${"y".repeat(3_000)}`,
    "?state=__proto__&code=constructor",
  ];
  const cookies = [
    "",
    "latchkey_example_app=",
    "latchkey_example_app=__proto__",
    `latchkey_example_app=${"a".repeat(43)}`,
    ";;=;%00",
  ];

  it.each(hostile)("answers %s with a page and a way on, whatever cookie comes with it", async (query) => {
    for (const cookie of cookies) {
      const visit = await createHttpBrowser().request(at(`/callback${query}`), undefined, { cookie });
      expect(visit.status).toBe(400);
      expectFriendly(visit, "This login is no longer open");
      expect(visit.headers.get("set-cookie")).toBeNull();
    }
  });

  it("says so where the query is too long, and answers the next request", async () => {
    const visit = await createHttpBrowser().request(at(`/callback?state=${"x".repeat(30_000)}`));
    expect(visit.status).toBe(414);
    expectFriendly(visit, "That was too much");
  });

  it("takes a state only from the browser that got it, and only once (RFC 6749 §10.12)", async () => {
    const browser = createHttpBrowser();
    const callback = await reachCallback(browser);
    const stranger = createHttpBrowser();
    await stranger.request(at("/login"), { scope: "profile" });
    expectFriendly(await stranger.request(callback.href), "This login is no longer open");
    expect((await browser.request(callback.href)).headers.get("location")).toBe("/claims");
    expect((await browser.request(callback.href)).headers.get("location")).toBe("/claims");
    expect(server.events().filter(({ event }) => event === "code.reuse-detected")).toEqual([]);
  });

  it("does not believe an answer of another issuer (RFC 9207 §2.4)", async () => {
    const browser = createHttpBrowser();
    const callback = await reachCallback(browser);
    callback.searchParams.set("iss", "https://other.example.com");
    const visit = await browser.request(callback.href);
    expect(visit.status).toBe(400);
    expectFriendly(visit, "The answer can&#39;t be trusted");
    expect((await browser.request(at("/claims"))).headers.get("location")).toBe("/");
  });

  it("does not believe an ID token with another signature than the provider's (OpenID Connect Core §3.1.3.7)", async () => {
    const forger = await startForger();
    const own = await startExampleApp({ issuer: forger.issuer, ...client, listen });
    const browser = createHttpBrowser();
    for (const signs of ["its own key", "another key"] as const) {
      const begun = await browser.request(`${own.origin}/login`, { scope: "profile" });
      const { searchParams } = new URL(begun.headers.get("location") ?? "");
      await forger.prepare(signs, { aud: client.clientId, nonce: searchParams.get("nonce") });
      const query = new URLSearchParams({ code: "c", state: searchParams.get("state") ?? "", iss: forger.issuer });
      const visit = await browser.request(`${own.origin}/callback?${query}`);
      expect(visit.headers.get("location")).toBe(signs === "its own key" ? "/claims" : null);
    }
    await own.stop();
    await forger.stop();
  });

  it("shows a code that the provider refuses as a page with a way on", async () => {
    const browser = createHttpBrowser();
    const callback = await reachCallback(browser);
    callback.searchParams.set("code", "made-up");
    expectFriendly(await browser.request(callback.href), "The provider refused the login");
  });

  it("does not finish a login that was started more than an hour ago", async () => {
    const browser = createHttpBrowser();
    const callback = await reachCallback(browser);
    appSkew = 61 * 60_000;
    const visit = await browser.request(callback.href);
    appSkew = 0;
    expectFriendly(visit, "This login is no longer open");
  });

  it("gives the session another cookie than the one that was there before the login", async () => {
    const browser = createHttpBrowser();
    const callback = await reachCallback(browser);
    const before = browser.cookies.get("latchkey_example_app");
    const { headers } = await browser.request(callback.href);
    expect(headers.get("set-cookie")).toMatch(/^latchkey_example_app=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(browser.cookies.get("latchkey_example_app")).not.toBe(before);
    const old = await createHttpBrowser().request(at("/claims"), undefined, {
      cookie: `latchkey_example_app=${before}`,
    });
    expect(old.headers.get("location")).toBe("/");
  });
});

describe("pages of the example application", () => {
  it("escape what tokens say, and run no script", async () => {
    const { body, headers } = await (await logIn()).request(at("/claims"));
    expect(body).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(body).not.toContain("<script");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("take forms from the application's own pages only", async () => {
    const browser = await logIn();
    for (const path of ["/login", "/refresh", "/replay", "/logout"]) {
      const visit = await browser.request(at(path), {}, { origin: "http://127.0.0.1:1" });
      expect(visit.status).toBe(403);
      expectFriendly(visit, "That came from another site");
    }
    expect((await browser.request(at("/claims"))).status).toBe(200);
  });

  it("refuse a form of more than 8 KiB with an answer", async () => {
    const visit = await createHttpBrowser().request(at("/login"), { scope: "x".repeat(100_000) });
    expectFriendly(visit, "That was too much");
  });

  it.each(["GET //evil.example/x HTTP/1.1", "GET http://[ HTTP/1.1", "OPTIONS * HTTP/1.1", "DELETE /%zz HTTP/1.1"])(
    "answer the request line %s with an ordinary page",
    async (line) => {
      expect(await sendRaw(`${line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it("send people from localhost to the address that is registered, where their cookie will be", async () => {
    const { port } = new URL(app.origin);
    const answer = await sendRaw(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    expect(answer).toContain(`location: ${app.origin}/\r\n`);
  });
});

describe("refreshing in the example application", () => {
  it("explains that a token superseded too long ago ends the login, and so it does", async () => {
    const browser = await logIn();
    await browser.request(at("/refresh"), {});
    serverSkew = 31_000;
    await browser.request(at("/replay"), {});
    expect((await browser.request(at("/refresh"))).body).toContain("Refused: this token was superseded too long ago");
    await browser.request(at("/refresh"), {});
    serverSkew = 0;
    const { body } = await browser.request(at("/refresh"));
    expect(body).toContain("The refresh token was refused");
    expect(body).toContain("This login has ended");
    expect((await browser.request(at("/claims"))).body).toContain("No answer about you");
  });

  it("asks once when a button is pressed twice", async () => {
    const browser = await logIn();
    const cookie = `latchkey_example_app=${browser.cookies.get("latchkey_example_app")}`;
    const press = (connection: string) =>
      `POST /refresh HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nConnection: ${connection}\r\nContent-Length: 0\r\n\r\n`;
    // In one packet, so that the second one comes before the first one is answered.
    await sendRaw(press("keep-alive") + press("close"));
    expect((await browser.request(at("/refresh"))).body.match(/<td>Refresh/g)).toHaveLength(1);
  });

  it("keeps the login where the provider is down, and logs out all the same", async () => {
    const port = await findFreePort();
    const other = await startTestServer({ yaml, port });
    const own = await startExampleApp({ issuer: other.issuer, ...client, listen });
    const [browser, before] = [createHttpBrowser(), [server, app] as const];
    [server, app] = [other, own];
    await browser.request((await reachCallback(browser)).href);
    [server, app] = before;
    await other.stop();
    await browser.request(`${own.origin}/refresh`, {});
    expect((await browser.request(`${own.origin}/refresh`)).body).toContain("Nothing is lost");
    const end = await browser.request(`${own.origin}/logout`, {});
    expect(end.body).toContain("could not be revoked");
    expect((await browser.request(`${own.origin}/claims`)).headers.get("location")).toBe("/");
    await own.stop();
  });
});

describe("a provider that is not there", () => {
  it("is waited for by a page, which works as soon as the provider is up", async () => {
    const port = await findFreePort();
    const own = await startExampleApp({ issuer: `http://127.0.0.1:${port}/dex`, ...client, listen });
    const browser = createHttpBrowser();
    const waiting = await browser.request(own.origin);
    expect(waiting.status).toBe(503);
    expectFriendly(waiting, "Waiting for the provider");
    expect(waiting.body).toContain('<meta http-equiv="refresh" content="3">');
    expectFriendly(await browser.request(`${own.origin}/login`, {}), "Waiting for the provider");
    const late = await startTestServer({ yaml, port });
    expect((await browser.request(own.origin)).body).toContain("Log in</button>");
    await late.stop();
    await own.stop();
  });

  it("is not taken for another issuer's (OpenID Connect Discovery §4.3)", async () => {
    const issuer = server.issuer.replace("127.0.0.1", "localhost");
    const own = await startExampleApp({ issuer, ...client, listen });
    expectFriendly(await createHttpBrowser().request(own.origin), "This is another issuer");
    await own.stop();
  });
});

describe("the command line of the example application", () => {
  it.each([
    [["--issuer", "ftp://x"]],
    [["--issuer", "nonsense"]],
    [["--listen", "5555"]],
    [["--listen", "127.0.0.1:99999"]],
    [["--client-id", ""]],
    [["--redirect-uri", "http://127.0.0.1:5555/claims"]],
    [["--no-such-flag"]],
    [["left over"]],
  ])("refuses %s", (args) => {
    expect(parseOptions(args).outcome).toBe("wrong");
  });

  it("ends with exit code 2 and the usage on a wrong flag", async () => {
    const { code, stderr } = await runExampleApp(["--isuer", "x"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: npm run example-app");
  });

  it("takes --listen as Dex's example application does", () => {
    expect(parseOptions(["--listen", "http://[::1]:8080"])).toMatchObject({
      options: { listen: { host: "::1", port: 8080 } },
    });
  });
});

describe("sessions of the example application", () => {
  it("are at most 1,000; the one that was not used for longest goes first", () => {
    const sessions = createSessions(false);
    const first = sessions.open(undefined).setCookie;
    const second = sessions.open(undefined).setCookie;
    for (let i = 2; i < maxSessions; i++) sessions.open(undefined);
    expect(sessions.find(first)).toBeDefined();
    sessions.open(undefined);
    expect(sessions.size).toBe(maxSessions);
    expect(sessions.find(first)).toBeDefined();
    expect(sessions.find(second)).toBeUndefined();
  });

  it("hold at most five logins under way", () => {
    const { session } = createSessions(false).open(undefined);
    for (let i = 0; i < 20; i++) addPending(session, `state-${i}`, { nonce: "", verifier: "", startedAt: 0 });
    expect([...session.pending.keys()]).toHaveLength(maxPending);
    expect(session.pending.has("state-19")).toBe(true);
  });
});

function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(new URL(app.origin).port), "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.once("close", () => resolve(answer)).once("error", reject);
  });
}
