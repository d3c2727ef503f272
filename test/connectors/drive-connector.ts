import type { Connector, LoginResult, RefreshResult, WantedScopes } from "../../src/connectors/port.js";
import type { Identity } from "../../src/records/identity.js";
import { createHttpBrowser, type HttpBrowser, locationQuery, type Visit } from "../support/http-browser.js";
import { answerConsent, authorizeUrl, redeem, submitPassword, type TokenReply } from "../support/relying-party.js";
import type { TestServer } from "../support/test-server.js";

export const everything: WantedScopes = { offlineAccess: true, groups: true };
export const noGroups: WantedScopes = { offlineAccess: true, groups: false };
export const callbackUrl = "https://id.example.com/callback";
const derive = (purpose: string): string => `${purpose}-`.padEnd(43, "x");

/** A login at the port: to the upstream, through whatever it asks, and back. */
export async function logInByRedirect(connector: Connector, scopes = everything): Promise<LoginResult> {
  const { login } = connector;
  if (login.kind !== "redirect") throw new Error("a redirect login expected");
  const { url } = await login.start({ scopes, callbackUrl, state: "state-1", derive });
  const back = locationQuery(await createHttpBrowser().request(url));
  if (back.get("state") !== "state-1") throw new Error("the upstream lost the state");
  return login.finish({ scopes, callbackUrl, derive, fields: new Map(back) });
}

export async function checkPassword(
  connector: Connector,
  username: string,
  password: string,
  scopes = everything,
): Promise<LoginResult> {
  if (connector.login.kind !== "password") throw new Error("a password login expected");
  return connector.login.check({ scopes, username, password });
}

export interface Known {
  readonly identity: Identity;
  readonly connectorData?: string;
}

export function requireOk(result: LoginResult | RefreshResult): Known {
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result;
}

export async function refreshWith(connector: Connector, known: Known, scopes = everything): Promise<RefreshResult> {
  if (connector.refresh === undefined) throw new Error("the connector cannot refresh");
  return connector.refresh({ scopes, ...known });
}

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
