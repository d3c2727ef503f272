import * as oidc from "openid-client";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { decodePair } from "../../src/platform/encoding.js";
import { launchChromium } from "../support/chromium.js";
import { type ClientApp, clientAppId, clientAppSecret, startClientApp } from "../support/client-app.js";
import { describeWith } from "../support/parts.js";
import { type SimpleSamlPhp, startSimpleSamlPhp } from "../support/simplesamlphp.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

const people = {
  jane: {
    password: "secret-jane",
    attributes: { name: ["Jane Doe"], email: ["jane@example.com"], groups: ["crew", "admins"] },
  },
  // Far more than 64 KiB in a form.
  many: {
    password: "secret-many",
    attributes: {
      name: ["Many Groups"],
      email: ["many@example.com"],
      groups: ["crew", ...Array.from({ length: 700 }, (_, n) => `CN=group ${n},OU=Groups,DC=example,DC=com`)],
    },
  },
  outsider: {
    password: "secret-outsider",
    attributes: { name: ["Out Sider"], email: ["out@example.com"], groups: ["guests"] },
  },
} as const;
type Person = keyof typeof people;

let browser: Browser;
let context: BrowserContext;
let page: Page;
let app: ClientApp;
let idps: readonly SimpleSamlPhp[];
let server: TestServer;
let configuration: oidc.Configuration;
let complaints: string[];

// The provider is at 127.0.0.1; the application and the identity providers are at localhost, which is another site.
describeWith("chromium", "a login by SAML in a real browser", () => {
  describeWith("simplesamlphp", "at SimpleSAMLphp", () => {
    beforeAll(async () => {
      const [port, first, second] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
      const service = { entityId: "latchkey", acsUrl: `http://127.0.0.1:${port}/dex/callback` };
      idps = await Promise.all([
        startSimpleSamlPhp({ port: first, service, people, signs: "assertion" }),
        startSimpleSamlPhp({ port: second, service, people, signs: "both" }),
      ]);
      app = await startClientApp();
      const connectors = idps.map(
        ({ ssoUrl, certificate, entityId }, index) => `
  - type: ${index === 0 ? "saml" : "samlExperimental"}
    id: saml-${index}
    name: Campus ${index}
    config:
      ssoURL: ${ssoUrl}
      ssoIssuer: ${entityId}
      entityIssuer: latchkey
      redirectURI: ${service.acsUrl}
      caData: ${Buffer.from(certificate).toString("base64")}
      usernameAttr: name
      emailAttr: email
      groupsAttr: groups
      allowedGroups: [crew]`,
      );
      server = await startTestServer({
        port,
        yaml: `
storage: { type: memory }
connectors:${connectors.join("")}
staticClients:
  - { id: ${clientAppId}, name: Photos, secret: ${clientAppSecret}, redirectURIs: ["${app.redirectUri}"] }`,
      });
      configuration = await app.connect(server.issuer);
      browser = await launchChromium();
    });

    afterAll(async () => {
      await browser.close();
      await Promise.all([server.stop(), app.stop(), ...idps.map((idp) => idp.stop())]);
    });

    beforeEach(async () => {
      complaints = [];
      context = await browser.newContext();
      page = await context.newPage();
      page.on("console", (message) => {
        const isOurs = page.url().startsWith(server.origin);
        if (message.type() === "error" && isOurs && !/status of (403|503)/.test(message.text()))
          complaints.push(message.text());
      });
    });

    afterEach(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });

    async function leave(campus: number): Promise<void> {
      await page.goto(`${app.origin}/login`);
      await page.getByRole("link", { name: `Campus ${campus}` }).click();
      await page.waitForSelector("[name=username]");
    }

    async function signIn(person: Person): Promise<void> {
      await page.fill("[name=username]", person);
      await page.fill("[name=password]", people[person].password);
      await page.press("[name=password]", "Enter");
    }

    async function finish(): Promise<unknown> {
      await page.getByRole("button", { name: "Allow" }).click();
      await page.waitForURL(`${app.origin}/callback?**`);
      return JSON.parse((await page.textContent("#result")) ?? "");
    }

    it.each([0, 1])("gives the person's claims, and refreshes (identity provider %i)", async (campus) => {
      await leave(campus);
      await signIn("jane");
      const claims = await finish();
      expect(claims).toMatchObject({
        name: "Jane Doe",
        email: "jane@example.com",
        email_verified: true,
        groups: ["crew", "admins"],
      });
      const tokens = app.logins.at(-1);
      // As Dex has it: NameID and connector.
      expect(decodePair(tokens?.claims()?.sub ?? "")).toEqual({ first: "jane", second: `saml-${campus}` });
      const refreshed = await oidc.refreshTokenGrant(configuration, tokens?.refresh_token ?? "");
      expect(refreshed.claims()).toMatchObject({ sub: tokens?.claims()?.sub, groups: ["crew", "admins"] });
    });

    it("takes a response with hundreds of groups", async () => {
      await leave(1);
      await signIn("many");
      const claims = await finish();
      expect(claims).toHaveProperty("groups", people.many.attributes.groups);
    });

    it("lets nobody in who is in no allowed group", async () => {
      await leave(0);
      await signIn("outsider");
      await page.getByRole("heading", { name: "Campus 0 did not sign you in" }).waitFor();
      expect(server.log()).toContain("in none of the allowed groups");
      expect(server.log()).not.toContain("out@example.com");
    });

    it("does not take the response of one login for another", async () => {
      const seen: URLSearchParams[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") seen.push(new URLSearchParams(request.postData() ?? ""));
      });
      await leave(0);
      await signIn("jane");
      await finish();
      const response = seen.find((form) => form.has("SAMLResponse"))?.get("SAMLResponse") ?? "";
      expect(response).not.toBe("");
      // The next login in the same browser, whose RelayState is right.
      await context.clearCookies({ domain: "localhost" });
      seen.length = 0;
      await leave(0);
      const relayState = seen.find((form) => form.has("SAMLRequest"))?.get("RelayState") ?? "";
      await page.evaluate(
        `(() => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = ${JSON.stringify(`${server.issuer}/callback`)};
          for (const [name, value] of ${JSON.stringify([
            ["SAMLResponse", response],
            ["RelayState", relayState],
          ])}) {
            const field = document.createElement("input");
            [field.name, field.value] = [name, value];
            form.append(field);
          }
          document.body.append(form);
          form.submit();
        })()`,
      );
      await page.getByRole("heading", { name: "Campus 0" }).waitFor();
      expect(server.log()).toContain("InResponseTo");
    });
  });
});
