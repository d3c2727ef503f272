import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodePair } from "../../../src/platform/encoding.js";
import { launchChromium } from "../../support/chromium.js";
import { type ClientApp, clientAppId, clientAppSecret, startClientApp } from "../../support/client-app.js";
import { locationQuery } from "../../support/http-browser.js";
import { describeWith } from "../../support/parts.js";
import {
  authorizeUrl,
  photos,
  photosYaml,
  readClaims,
  redeem,
  refresh,
  robinYaml,
} from "../../support/relying-party.js";
import { createSiteBrowser } from "../../support/site-browser.js";
import { findFreePort, startTestServer, type TestServer } from "../../support/test-server.js";

let upper: TestServer;
let lower: TestServer;
let skewMs: number;

/** `lower` sends people to `upper`, which has the passwords. Other paths: browsers do not tell cookies apart by port. */
async function start(clients: string): Promise<void> {
  const port = await findFreePort();
  const parts = { clock: () => Date.now() + skewMs };
  upper = await startTestServer({
    path: "/upper",
    parts,
    yaml: `
storage: { type: memory }
staticClients:
  - { id: lower, name: Lower, secret: lower-secret-0123456789, redirectURIs: ["http://127.0.0.1:${port}/lower/callback/up"] }
${robinYaml}`,
  });
  lower = await startTestServer({
    path: "/lower",
    port,
    parts,
    yaml: `
storage: { type: memory }
connectors:
  - type: oidc
    id: up
    name: Upper
    config:
      issuer: ${upper.issuer}
      clientID: lower
      clientSecret: lower-secret-0123456789
      redirectURI: "{origin}/lower/callback/up"
      scopes: [profile, email, groups]
      requestOfflineAccess: true
      getUserInfo: true
      insecureEnableGroups: true
${clients}`,
  });
}

beforeEach(() => {
  skewMs = 0;
});

afterEach(async () => {
  await lower.stop();
  await upper.stop();
});

describe("a login at a second Latchkey", () => {
  async function logIn() {
    const browser = createSiteBrowser(photos.redirectUri);
    const form = await browser.open(authorizeUrl(lower));
    const upperConsent = await browser.submit(form, { login: "robin@example.com", password: "password" });
    const consent = await browser.submit(upperConsent, { approval: "approve" });
    const done = await browser.submit(consent, { approval: "approve" });
    return redeem(lower, locationQuery(done).get("code") ?? "");
  }

  it("carries name, address and groups through both", async () => {
    await start(photosYaml);
    const claims = readClaims((await logIn()).body["id_token"]);
    expect(claims).toMatchObject({
      name: "Robin Example",
      email: "robin@example.com",
      groups: ["staff", "photo-club"],
    });
    const outer = decodePair(String(claims["sub"]));
    expect(outer?.second).toBe("up");
    expect(decodePair(outer?.first ?? "")).toEqual({ first: "08a8684b-db88-4b73-90a9-3cd1661f5466", second: "local" });
  });

  it("is refreshed through both, again and again", async () => {
    await start(photosYaml);
    let tokens = await logIn();
    const { sub } = readClaims(tokens.body["id_token"]);
    for (let round = 0; round < 3; round++) {
      skewMs += 40_000;
      tokens = await refresh(lower, tokens.body["refresh_token"]);
      expect([tokens.status, readClaims(tokens.body["id_token"])["sub"]]).toEqual([200, sub]);
    }
    expect(upper.events().filter(({ event }) => event === "token.refreshed")).toHaveLength(3);
  });

  it("is not lost while the upper one is gone: the app may try again", async () => {
    await start(photosYaml);
    const tokens = await logIn();
    skewMs += 40_000;
    await upper.stop();
    const down = await refresh(lower, tokens.body["refresh_token"]);
    expect([down.status, down.headers.has("retry-after")]).toEqual([503, true]);
  });
});

describeWith("chromium", "a login at a second Latchkey, in a real browser", () => {
  let browser: Browser;
  let app: ClientApp;

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startClientApp();
  });

  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  it("walks through both consents and back to the app, and no page breaks its own rules", async () => {
    await start(`
staticClients:
  - { id: ${clientAppId}, name: Photos, secret: ${clientAppSecret}, redirectURIs: ["${app.redirectUri}"] }
`);
    await app.connect(lower.issuer);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(`${app.origin}/login`);
    await page.fill("#login", "robin@example.com");
    await page.fill("#password", "password");
    expect(page.url().startsWith(upper.issuer)).toBe(true);
    await page.click("#submit-login");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${lower.issuer}/**`);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${app.origin}/callback?**`);
    expect(JSON.parse((await page.textContent("#result")) ?? "")).toMatchObject({
      email: "robin@example.com",
      groups: ["staff", "photo-club"],
    });
    expect(complaints).toEqual([]);
  });
});
