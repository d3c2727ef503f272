import * as oidc from "openid-client";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.js";
import { type ClientApp, clientAppId, clientAppSecret, startClientApp } from "../support/client-app.js";
import { describeWith } from "../support/parts.js";
import { robinYaml } from "../support/relying-party.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let app: ClientApp;
let server: TestServer;
let configuration: oidc.Configuration;
let skewMs = 0;
/** What the browser complained about: a blocked script, style or form would stand here. */
let complaints: string[];

describeWith("chromium", "a login in a real browser, the client on another site", () => {
  beforeAll(async () => {
    browser = await launchChromium();
    app = await startClientApp();
    server = await startTestServer({
      yaml: `
storage: { type: sqlite3, config: { file: "{folder}/latchkey.db" } }
frontend: { issuer: Example Works }
signer: { type: local, config: { algorithm: RS256, keysRotationPeriod: 6h } }
expiry: { authRequests: 1h }
connectors: [{ type: mockCallback, id: mock, name: Mock sign-in }]
staticClients:
  - { id: ${clientAppId}, name: Photos, secret: ${clientAppSecret}, redirectURIs: ["${app.redirectUri}"] }
${robinYaml}`,
      parts: { clock: () => Date.now() + skewMs },
    });
    configuration = await app.connect(server.issuer);
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
    await app.stop();
  });

  beforeEach(async () => {
    complaints = [];
    skewMs = 0;
    context = await browser.newContext();
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (400|401|403)/.test(message.text()))
        complaints.push(message.text());
    });
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function openPasswordForm(at: Page = page): Promise<void> {
    await at.goto(`${app.origin}/login`);
    await at.getByRole("link", { name: "Email" }).click();
    await at.waitForSelector("#login");
  }

  async function signIn(user = "robin@example.com", password = "password", at: Page = page): Promise<void> {
    await at.fill("#login", user);
    await at.fill("#password", password);
    await at.click("#submit-login");
  }

  async function result(at: Page = page): Promise<string> {
    await at.waitForURL(`${app.origin}/callback?**`);
    return (await at.textContent("#result")) ?? "";
  }

  it("ends with an ID token that openid-client verifies, userinfo, refreshes, reuse inside the window and revocation", async () => {
    await openPasswordForm();
    await signIn();
    expect(await page.title()).toContain("Example Works");
    await page.getByRole("button", { name: "Allow" }).click();
    expect(JSON.parse(await result())).toMatchObject({ email: "robin@example.com", groups: ["staff", "photo-club"] });
    const tokens = app.logins.at(-1);
    const sub = tokens?.claims()?.sub ?? "";
    expect(await oidc.fetchUserInfo(configuration, tokens?.access_token ?? "", sub)).toMatchObject({
      name: "Robin Example",
    });
    const first = tokens?.refresh_token ?? "";
    const second = await oidc.refreshTokenGrant(configuration, first);
    expect(second.claims()?.sub).toBe(sub);
    const replay = await oidc.refreshTokenGrant(configuration, first);
    expect(replay.refresh_token).toBe(second.refresh_token);
    await oidc.tokenRevocation(configuration, second.refresh_token ?? "");
    await expect(oidc.refreshTokenGrant(configuration, second.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("revokes the family when an old refresh token comes after the window", async () => {
    await openPasswordForm();
    await signIn();
    await page.getByRole("button", { name: "Allow" }).click();
    await result();
    const first = app.logins.at(-1)?.refresh_token ?? "";
    const second = await oidc.refreshTokenGrant(configuration, first);
    skewMs = 60_000;
    await expect(oidc.refreshTokenGrant(configuration, first)).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(oidc.refreshTokenGrant(configuration, second.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("logs in through a redirect to an upstream and back", async () => {
    await page.goto(`${app.origin}/login`);
    await page.getByRole("link", { name: "Mock sign-in" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    expect(JSON.parse(await result())).toMatchObject({ email: "kilgore@kilgore.trout" });
  });

  it("takes a denied consent back to the app with access_denied", async () => {
    await openPasswordForm();
    await signIn();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await result()).toBe("access_denied");
  });

  it("shows a wrong password at the form with focus on the password, and goes on from there", async () => {
    await openPasswordForm();
    await signIn("robin@example.com", "wrong");
    await page.waitForSelector("#login-error");
    expect(await page.inputValue("#login")).toBe("robin@example.com");
    expect(await page.evaluate("document.activeElement.id")).toBe("password");
    await signIn();
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await result()).toContain("robin@example.com");
  });

  it("offers a start again that works when the sign-in page has expired", async () => {
    await openPasswordForm();
    skewMs = 2 * 3_600_000;
    await signIn();
    await page.getByRole("link", { name: "Start again" }).click();
    skewMs = 0;
    await page.goto(`${app.origin}/login`);
    await page.getByRole("link", { name: "Email" }).click();
    await signIn();
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await result()).toContain("robin@example.com");
  });

  it("survives the back button, before and after the end", async () => {
    await openPasswordForm();
    await signIn();
    await page.waitForSelector("text=Signed in as");
    await page.goBack();
    await page.waitForSelector("#login");
    await signIn();
    await page.getByRole("button", { name: "Allow" }).click();
    await result();
    await page.goBack();
    await page.reload();
    expect(await page.textContent("h1")).toContain("already");
  });

  it("survives a reload of the callback", async () => {
    const callbacks: string[] = [];
    page.on("request", (request) => {
      if (request.url().startsWith(`${server.issuer}/callback`)) callbacks.push(request.url());
    });
    await page.goto(`${app.origin}/login`);
    await page.getByRole("link", { name: "Mock sign-in" }).click();
    await page.waitForSelector("text=Signed in as");
    await page.goto(callbacks[0] ?? "");
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await result()).toContain("kilgore");
    await page.goto(callbacks[0] ?? "");
    expect(await page.textContent("h1")).toContain("already");
  });

  it("takes a double click on each button for one", async () => {
    await openPasswordForm();
    await page.fill("#login", "robin@example.com");
    await page.fill("#password", "password");
    await page.dblclick("#submit-login");
    await page.waitForSelector("text=Signed in as");
    await page.getByRole("button", { name: "Allow" }).dblclick();
    expect(await result()).toContain("robin@example.com");
  });

  it("keeps two tabs apart", async () => {
    const other = await context.newPage();
    await openPasswordForm(page);
    await openPasswordForm(other);
    await signIn("robin@example.com", "password", page);
    await signIn("sam@example.com", "password", other);
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await result(page)).toContain("robin@example.com");
    await other.getByRole("button", { name: "Allow" }).click();
    expect(await result(other)).toContain("sam@example.com");
  });

  it("lets somebody else sign in in the same flow", async () => {
    await openPasswordForm();
    await signIn();
    await page.getByRole("link", { name: "Not you?" }).click();
    await page.getByRole("link", { name: "Email" }).click();
    await signIn("sam@example.com");
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await result()).toContain("sam@example.com");
  });

  it("works without JavaScript from start to end", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const quiet = await plain.newPage();
    await openPasswordForm(quiet);
    await signIn("robin@example.com", "password", quiet);
    await quiet.getByRole("button", { name: "Allow" }).click();
    expect(await result(quiet)).toContain("robin@example.com");
    await plain.close();
  });

  it("can be used with the keyboard alone", async () => {
    await openPasswordForm();
    await page.keyboard.type("robin@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type("password");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Signed in as");
    await page.getByRole("button", { name: "Allow" }).focus();
    await page.keyboard.press("Enter");
    expect(await result()).toContain("robin@example.com");
  });
});
