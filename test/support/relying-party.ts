import { createHash, randomBytes } from "node:crypto";
import {
  createHttpBrowser,
  findAction,
  findField,
  type HttpBrowser,
  locationQuery,
  type Visit,
} from "./http-browser.js";
import type { TestServer } from "./test-server.js";

/** The client that most flow tests use; its YAML is `photosYaml`. */
export const photos = {
  id: "photos",
  secret: "photos-secret-0123456789",
  redirectUri: "https://photos.example.com/callback",
};

export const photosYaml = `
staticClients:
  - id: ${photos.id}
    name: Photos
    secret: ${photos.secret}
    redirectURIs: ["${photos.redirectUri}"]
`;

/** "password", bcrypt at cost 10. */
export const passwordHash = "$2a$10$snLQOmsZaZZJuG4atOzEjeO27mJUjdCXz3TVLNg1l7tZDvO/UPFBi";

export const robinYaml = `
enablePasswordDB: true
staticPasswords:
  - email: robin@example.com
    hash: "${passwordHash}"
    username: robin
    name: Robin Example
    preferredUsername: robin
    userID: 08a8684b-db88-4b73-90a9-3cd1661f5466
    groups: [staff, photo-club]
  - email: sam@example.com
    hash: "${passwordHash}"
    username: sam
    userID: "2342749"
    groups: [guests]
`;

export interface AskOptions {
  readonly scope?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

/** URL of an authorization request of `photos`. */
export function authorizeUrl(
  server: Pick<TestServer, "issuer">,
  { scope = "openid email profile groups offline_access", extra = {} }: AskOptions = {},
): string {
  const query = new URLSearchParams({
    client_id: photos.id,
    redirect_uri: photos.redirectUri,
    response_type: "code",
    scope,
    state: "state-1",
    nonce: "nonce-1",
    ...extra,
  });
  return `${server.issuer}/auth?${query}`;
}

export function createPkcePair(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** Logs in with the password form and approves where that is asked for; returns the last answer (the redirect to the client). */
export async function logIn(
  server: TestServer,
  options: AskOptions & { readonly browser?: HttpBrowser; readonly user?: string } = {},
): Promise<Visit> {
  const browser = options.browser ?? createHttpBrowser();
  const form = await browser.follow(authorizeUrl(server, options), server.origin);
  const next = await submitPassword(browser, server, form, options.user ?? "robin@example.com");
  // Without an approval screen the answer leads to the client already.
  return next.headers.has("location") ? next : answerConsent(browser, server, next, "approve");
}

export function submitPassword(
  browser: HttpBrowser,
  server: TestServer,
  form: Visit,
  login: string,
  password = "password",
): Promise<Visit> {
  return browser.follow(findAction(form.body, form.url), server.origin, {
    req: findField(form.body, "req") ?? "",
    login,
    password,
  });
}

export function answerConsent(
  browser: HttpBrowser,
  server: TestServer,
  page: Visit,
  approval: "approve" | "rejected",
): Promise<Visit> {
  return browser.follow(findAction(page.body, page.url), server.origin, {
    req: findField(page.body, "req") ?? "",
    approval,
  });
}

export interface TokenReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** POSTs to an endpoint with the client's Basic credentials. */
export async function post(
  server: TestServer,
  path: string,
  form: Readonly<Record<string, string>>,
  client: { readonly id: string; readonly secret: string } = photos,
): Promise<TokenReply> {
  const response = await fetch(`${server.issuer}${path}`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}` },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
}

/** A whole login: browser, code, tokens. */
export async function obtainTokens(
  server: TestServer,
  options: AskOptions & { readonly user?: string } = {},
): Promise<TokenReply> {
  const code = locationQuery(await logIn(server, options)).get("code") ?? "";
  return redeem(server, code);
}

export function redeem(server: TestServer, code: string): Promise<TokenReply> {
  return post(server, "/token", { grant_type: "authorization_code", code, redirect_uri: photos.redirectUri });
}

export function refresh(
  server: TestServer,
  refreshToken: unknown,
  extra: Readonly<Record<string, string>> = {},
): Promise<TokenReply> {
  return post(server, "/token", { grant_type: "refresh_token", refresh_token: String(refreshToken), ...extra });
}

/** Claims of a JWT, without verifying it. */
export function readClaims(token: unknown): Record<string, unknown> {
  const [, payload = ""] = String(token).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}
