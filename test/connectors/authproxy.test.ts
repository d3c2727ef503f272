import { type IncomingMessage, request as sendRequest } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodePair } from "../../src/platform/encoding.js";
import { launchChromium } from "../support/chromium.js";
import { type ClientApp, clientAppId, clientAppSecret, startClientApp } from "../support/client-app.js";
import { createHttpBrowser, locationQuery } from "../support/http-browser.js";
import { type LoginProxyOptions, startApacheProxy, startNginx } from "../support/login-proxies.js";
import { describeWith } from "../support/parts.js";
import { answerConsent, authorizeUrl, photos, readClaims, redeem } from "../support/relying-party.js";
import type { RunningServer } from "../support/run-server.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

const jane = { authorization: `Basic ${Buffer.from("jane:secret-jane").toString("base64")}` };
const guarded = "/dex/callback/front";

/** A header may be given as a list, which is sent line by line; addresses of loopback as one likes. */
function send(
  url: string,
  headers: Readonly<Record<string, string | string[]>>,
  { localAddress = "127.0.0.1", method = "GET" } = {},
): Promise<{ readonly status: number; readonly body: string; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(url, { headers, localAddress, method }, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString("utf8"),
          location: response.headers.location,
        }),
      );
    });
    request.on("error", reject).end();
  });
}

const proxies = [
  ["nginx", startNginx],
  ["apache2", startApacheProxy],
] as const;

for (const [name, startProxy] of proxies)
  describeWith(name, `a login through ${name}`, () => describeProxy(startProxy));

function describeProxy(startProxy: (options: LoginProxyOptions) => Promise<RunningServer>): void {
  let server: TestServer;
  let proxy: RunningServer;
  let app: ClientApp;
  let publicOrigin: string;

  beforeAll(async () => {
    const [port, behind] = await Promise.all([findFreePort(), findFreePort()]);
    publicOrigin = `http://127.0.0.1:${port}`;
    app = await startClientApp();
    server = await startTestServer({
      port: behind,
      publicOrigin,
      yaml: `
storage: { type: memory }
connectors:
  - { type: authproxy, id: front, name: Front door, config: { trustedProxies: [127.0.0.1] } }
staticClients:
  - { id: ${photos.id}, name: Photos, secret: ${photos.secret}, redirectURIs: ["${photos.redirectUri}"] }
  - { id: ${clientAppId}, name: App, secret: ${clientAppSecret}, redirectURIs: ["${app.redirectUri}"] }`,
    });
    proxy = await startProxy({ port, target: server.origin, guarded, people: { jane: "secret-jane" } });
    await app.connect(server.issuer);
  });

  afterAll(async () => {
    await Promise.all([proxy.stop(), server.stop(), app.stop()]);
  });

  /** A browser that stands before the guarded address, with its cookies. */
  async function arrive() {
    const browser = createHttpBrowser();
    const refused = await browser.follow(authorizeUrl(server), publicOrigin);
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    return { browser, refused, url: refused.url, query: new URL(refused.url).search, cookie };
  }

  async function claimsOf(browser: ReturnType<typeof createHttpBrowser>, url: string, sent: Record<string, string>) {
    const back = await browser.request(url, undefined, sent);
    expect(back.status).toBe(303);
    const consent = await browser.follow(new URL(back.headers.get("location") ?? "", publicOrigin).href, publicOrigin);
    const at = { ...server, origin: publicOrigin };
    const done = await answerConsent(browser, at, consent, "approve");
    const { body } = await redeem(server, locationQuery(done).get("code") ?? "");
    return readClaims(body["id_token"]);
  }

  it("leads to the guarded address, and from there in", async () => {
    const { browser, refused, url } = await arrive();
    expect([refused.status, new URL(url).pathname]).toEqual([401, guarded]);
    const claims = await claimsOf(browser, url, jane);
    expect(claims).toMatchObject({ name: "jane", email: "jane", groups: ["staff", "all"] });
    expect(decodePair(String(claims["sub"]))).toEqual({ first: "jane", second: "front" });
  });

  it("overwrites whatever headers a person sends themselves", async () => {
    const { browser, url } = await arrive();
    const forged = {
      "x-remote-user": "boss",
      "X-REMOTE-USER-ID": "boss",
      "x-remote-user-name": "boss",
      "x-remote-user-email": "boss@example.com",
      "x-remote-group": "admins",
      X_Remote_User: "boss",
    };
    expect(await claimsOf(browser, url, { ...jane, ...forged })).toMatchObject({
      name: "jane",
      preferred_username: "jane",
      email: "jane",
      groups: ["staff", "all"],
    });
  });

  it("lets nobody in past it: another address is not believed, whatever it sends (O-24)", async () => {
    const { query, cookie } = await arrive();
    const direct = `${server.origin}${guarded}${query}`;
    const forged = { cookie, "x-remote-user": "boss", "x-forwarded-for": "127.0.0.1" };
    const refused = await send(direct, forged, { localAddress: "127.0.0.2" });
    expect([refused.status, refused.location]).toEqual([403, undefined]);
    expect(server.log()).toContain("127.0.0.2 is none of trustedProxies");
  });

  it("refuses the bare callback, where no proxy stands, even to the proxy's own address (O-24)", async () => {
    const { query, cookie } = await arrive();
    for (const origin of [publicOrigin, server.origin]) {
      const refused = await send(`${origin}/dex/callback${query}`, { cookie, "x-remote-user": "boss" });
      expect([refused.status, refused.location]).toEqual([400, undefined]);
    }
  });

  it("refuses a header that comes twice: one of the two passed the proxy by", async () => {
    const { query, cookie } = await arrive();
    const twice = await send(`${server.origin}${guarded}${query}`, { cookie, "x-remote-user": ["boss", "jane"] });
    expect([twice.status, twice.body.includes("twice")]).toEqual([400, true]);
  });

  it("refuses a login without a user, by POST, and of another browser", async () => {
    const { query, cookie } = await arrive();
    const direct = `${server.origin}${guarded}${query}`;
    expect((await send(direct, { cookie })).status).toBe(403);
    const form = { cookie, "x-remote-user": "jane", "content-type": "application/x-www-form-urlencoded" };
    expect((await send(direct, form, { method: "POST" })).location).toBeUndefined();
    expect((await send(direct, { "x-remote-user": "jane" })).location).toBeUndefined();
  });

  it("gives no refresh token, as Dex, and does not promise one on the consent page", async () => {
    const { browser, url } = await arrive();
    const back = await browser.request(url, undefined, jane);
    const consent = await browser.follow(new URL(back.headers.get("location") ?? "", publicOrigin).href, publicOrigin);
    expect(consent.body).not.toContain("Stay connected");
    const done = await answerConsent(browser, { ...server, origin: publicOrigin }, consent, "approve");
    const { body } = await redeem(server, locationQuery(done).get("code") ?? "");
    expect(Object.keys(body)).toContain("id_token");
    expect(Object.keys(body)).not.toContain("refresh_token");
  });

  describeWith("chromium", "in a real browser", () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchChromium();
    });

    afterAll(() => browser.close());

    it("asks for the password of the proxy and no other", async () => {
      const context = await browser.newContext({ httpCredentials: { username: "jane", password: "secret-jane" } });
      const page = await context.newPage();
      await page.goto(`${app.origin}/login`);
      await page.getByRole("button", { name: "Allow" }).click();
      await page.waitForURL(`${app.origin}/callback?**`);
      expect(JSON.parse((await page.textContent("#result")) ?? "")).toMatchObject({
        name: "jane",
        groups: ["staff", "all"],
      });
      await context.close();
    });
  });
}
