import { createHttpBrowser, type HttpBrowser, locationQuery, type Visit } from "./http-browser.js";
import { answerConsent, authorizeUrl, redeem, submitPassword, type TokenReply } from "./relying-party.js";
import type { TestServer } from "./test-server.js";

// Logins through the whole product, at an upstream that sends people back at once, or at our own form.

export interface ProductLogin {
  readonly scope?: string;
  readonly browser?: HttpBrowser;
}

/** Through the whole product to the upstream and back: the consent page, or what came instead. */
export async function comeBackFromUpstream(server: TestServer, options: ProductLogin = {}): Promise<Visit> {
  const { browser = createHttpBrowser() } = options;
  const out = await browser.follow(authorizeUrl(server, options), server.origin);
  const back = await createHttpBrowser().request(out.headers.get("location") ?? "");
  return browser.follow(back.headers.get("location") ?? "", server.origin);
}

/** A whole login with tokens at its end. */
export async function obtainTokensByRedirect(server: TestServer, scope?: string): Promise<TokenReply> {
  const browser = createHttpBrowser();
  const consent = await comeBackFromUpstream(server, { browser, ...(scope !== undefined && { scope }) });
  return approve(server, browser, consent);
}

/** The answer to a name and a password at the form. */
export async function enterPassword(
  server: TestServer,
  login: string,
  password: string,
  options: ProductLogin = {},
): Promise<Visit> {
  const { browser = createHttpBrowser() } = options;
  const form = await browser.follow(authorizeUrl(server, options), server.origin);
  return submitPassword(browser, server, form, login, password);
}

export async function obtainTokensByPassword(
  server: TestServer,
  login: string,
  password: string,
  scope?: string,
): Promise<TokenReply> {
  const browser = createHttpBrowser();
  const consent = await enterPassword(server, login, password, { browser, ...(scope !== undefined && { scope }) });
  return approve(server, browser, consent);
}

async function approve(server: TestServer, browser: HttpBrowser, consent: Visit): Promise<TokenReply> {
  const done = await answerConsent(browser, server, consent, "approve");
  return redeem(server, locationQuery(done).get("code") ?? "");
}
