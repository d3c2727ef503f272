import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { kilgore } from "../../src/connectors/shared/invented-person.js";
import { launchChromium } from "../support/chromium.js";
import { describeWith } from "../support/parts.js";
import { readClaims } from "../support/relying-party.js";
import { clients } from "./clients.js";
import { type Issuer, startIssuer } from "./issuer.js";
import { startSpaServer } from "./spa-server.js";

const Outcome = z.object({
  error: z.string().optional(),
  user: z
    .object({
      access_token: z.string(),
      id_token: z.string(),
      refresh_token: z.string().nullish(),
      /** Claims of the ID token and of userinfo. */
      profile: z.record(z.string(), z.unknown()),
    })
    .nullable()
    .optional(),
});

describeWith("chromium", "oidc-client-ts in Chromium", () => {
  let browser: Browser;
  let app: Awaited<ReturnType<typeof startSpaServer>>;
  let withPath: Issuer;
  let atRoot: Issuer;
  let withoutCors: Issuer;

  beforeAll(async () => {
    app = await startSpaServer();
    const redirectUris = [`${app.origin}/`];
    [browser, withPath, atRoot, withoutCors] = await Promise.all([
      launchChromium(),
      startIssuer({ algorithm: "RS256", path: "/dex", redirectUris, allowedOrigin: app.origin }),
      startIssuer({ algorithm: "EdDSA", path: "", redirectUris, allowedOrigin: app.origin }),
      startIssuer({ algorithm: "ES256", path: "/dex", redirectUris, allowedOrigin: "http://localhost" }),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await Promise.all([app.stop(), withPath.stop(), atRoot.stop(), withoutCors.stop()]);
  });

  /** Presses a button of the app and reads what came of it. */
  async function press(page: Page, name: string) {
    await page.getByRole("button", { name, exact: true }).click();
    return readOutcome(page);
  }

  async function readOutcome(page: Page) {
    const text = await page.locator('#result[data-state="done"]').textContent();
    return Outcome.parse(JSON.parse(text ?? ""));
  }

  async function openApp(issuer: Issuer): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${app.origin}/?issuer=${encodeURIComponent(issuer.url)}`);
    return page;
  }

  it.each([
    ["at a path", () => withPath],
    ["at the root", () => atRoot],
  ] as const)(
    "logs in, reads userinfo, refreshes twice and revokes, from another origin than an issuer %s",
    async (_, of) => {
      const issuer = of();
      const page = await openApp(issuer);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("button", { name: "Allow" }).click();
      const { user, error } = await readOutcome(page);
      expect(error).toBeUndefined();
      expect(user?.profile).toMatchObject({ aud: clients.public.id, email: kilgore.email, name: kilgore.username });
      const seen = [user?.refresh_token];
      for (const _refresh of ["first", "second"]) {
        const refreshed = await press(page, "Refresh");
        const { iss, sub, aud, auth_time } = readClaims(user?.id_token);
        expect(readClaims(refreshed.user?.id_token)).toMatchObject({ iss, sub, aud, auth_time });
        seen.push(refreshed.user?.refresh_token);
      }
      expect(new Set(seen).size).toBe(3);
      const last = (await press(page, "Revoke")).user;
      expect(last?.refresh_token).toBeNull();
      const headers = { authorization: `Bearer ${last?.access_token}` };
      expect((await fetch(`${issuer.url}/userinfo`, { headers })).status).toBe(401);
      await page.context().close();
    },
  );

  it("tells the app that the person has refused", async () => {
    const page = await openApp(withPath);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await readOutcome(page)).error).toBe("access_denied");
    await page.context().close();
  });

  it("is kept out by an issuer that does not allow its origin (web.allowedOrigins)", async () => {
    const page = await openApp(withoutCors);
    expect((await press(page, "Log in")).error).toContain("Failed to fetch");
    await page.context().close();
  });
});
