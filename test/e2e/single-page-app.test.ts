import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { launchChromium } from "../support/chromium.js";
import { describeWith } from "../support/parts.js";
import { robinYaml } from "../support/relying-party.js";
import { type SinglePageApp, startSinglePageApp } from "../support/single-page-app.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const Shown = z.object({ email: z.string(), groups: z.array(z.string()), access_token: z.string() });

let browser: Browser;
let page: Page;
let app: SinglePageApp;
let server: TestServer;
let complaints: string[];

describeWith("chromium", "the single-page app of docs/recipes, with oidc-client-ts, on another origin", () => {
  beforeAll(async () => {
    browser = await launchChromium();
    app = await startSinglePageApp();
    server = await startTestServer({
      web: `allowedOrigins: ["${app.origin}"]`,
      yaml: `
storage: { type: memory }
signer: { type: local, config: { algorithm: RS256, keysRotationPeriod: 6h } }
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: spa, name: App, public: true, redirectURIs: ["${app.origin}/callback"] }
${robinYaml}`,
    });
    app.connect(server.issuer);
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
    await app.stop();
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  async function signIn(): Promise<z.infer<typeof Shown>> {
    await page.goto(`${app.origin}/`);
    await page.click("#sign-in");
    await page.fill("#login", "robin@example.com");
    await page.fill("#password", "password");
    await page.click("#submit-login");
    await page.waitForURL(`${app.origin}/`);
    return readPerson();
  }

  async function readPerson(): Promise<z.infer<typeof Shown>> {
    await page.waitForFunction("document.querySelector('#person').textContent.startsWith('{')");
    return Shown.parse(JSON.parse(await page.innerText("#person")));
  }

  function askUserinfo(token: string): Promise<number> {
    return page.evaluate(
      async ([url, bearer]) => (await fetch(url ?? "", { headers: { authorization: `Bearer ${bearer}` } })).status,
      [`${server.issuer}/userinfo`, token],
    );
  }

  it("logs in by code and PKCE, and reads userinfo across origins (OAuth 2.0 for Browser-Based Apps)", async () => {
    expect(await signIn()).toMatchObject({ email: "robin@example.com", groups: ["staff", "photo-club"] });
  });

  it("refreshes without a frame, and gets another access token", async () => {
    const first = await signIn();
    await page.click("#refresh");
    await page.waitForFunction(`!document.querySelector("#person").textContent.includes("${first.access_token}")`);
    expect((await readPerson()).email).toBe("robin@example.com");
    expect(server.events().map(({ event }) => event)).toContain("token.refreshed");
  });

  it("signs out by revoking the refresh token, which ends the access token as well (RFC 7009)", async () => {
    const { access_token: token } = await signIn();
    expect(await askUserinfo(token)).toBe(200);
    await page.click("#sign-out");
    await page.waitForFunction("document.querySelector('#person').textContent === 'nobody'");
    expect(await askUserinfo(token)).toBe(401);
    expect(complaints.splice(0)).toEqual([expect.stringContaining("401")]);
  });
});
