import type { FormPairs } from "../platform/form.js";
import { formatForm } from "../platform/form.js";

/** Out-of-band: the person copies the code by hand. Only for public clients without registered URIs. */
export const outOfBandUri = "urn:ietf:wg:oauth:2.0:oob";

/**
 * A redirect URI that was checked against the client's registration in today's config. Only `resolveRedirect` makes
 * one, and nothing is ever sent to a client without one (CVE-2026-55834: `prompt=none` redirected before the check).
 */
class Target {
  readonly uri: string;
  readonly #checked: true = true;

  constructor(uri: string) {
    this.uri = uri;
  }

  get isOutOfBand(): boolean {
    return this.#checked && this.uri === outOfBandUri;
  }
}
export type RedirectTarget = Target;

export interface RegisteredRedirects {
  readonly isPublic: boolean;
  readonly redirectUris: readonly string[];
}

/**
 * Dex's rules (dex-behaviour §3.3) plus RFC 8252 §7.3:
 * 1. exact string equality with a registered URI;
 * 2. a registered `http` URI with a loopback IP literal: the port may differ, nothing else;
 * 3. a public client without any registered URI: out-of-band, or `http` on localhost or a loopback IP, any port and path.
 */
export function resolveRedirect(client: RegisteredRedirects, asked: string): RedirectTarget | undefined {
  const allowed =
    client.redirectUris.includes(asked) ||
    client.redirectUris.some((registered) => differsInPortOnly(registered, asked)) ||
    (client.isPublic && client.redirectUris.length === 0 && (asked === outOfBandUri || isLoopbackUri(asked)));
  return allowed && !runsInBrowser(asked) ? new Target(asked) : undefined;
}

/** Schemes that a browser executes or reads locally; refused at use as well as in the config (security case 55). */
export function runsInBrowser(uri: string): boolean {
  return /^\s*(javascript|data|vbscript|file|blob|about|view-source|filesystem):/i.test(uri);
}

/** Adds parameters to the query, keeping what the registered URI has there (RFC 6749 §3.1.2). */
export function appendToRedirect(target: RedirectTarget, parameters: FormPairs): string {
  return `${asHeaderValue(target.uri)}${findJoint(target.uri)}${formatForm(parameters)}`;
}

/** What stands between a URI and further parameters. Only the first `?` begins a query: a later one is part of a value. */
function findJoint(uri: string): string {
  const mark = uri.indexOf("?");
  if (mark === -1) return "?";
  return mark === uri.length - 1 || uri.endsWith("&") ? "" : "&";
}

/** True for an `http` URI on `localhost` or a loopback address: the app runs on the person's own machine. */
export function isLoopbackUri(uri: string): boolean {
  const parts = splitHttp(uri);
  return parts !== undefined && (parts.host === "localhost" || isLoopbackLiteral(parts.host));
}

function differsInPortOnly(registered: string, asked: string): boolean {
  const ours = splitHttp(registered);
  const theirs = splitHttp(asked);
  if (ours === undefined || theirs === undefined) return false;
  return isLoopbackLiteral(ours.host) && ours.host === theirs.host && ours.rest === theirs.rest;
}

/** `host` as it stands in a URL: an IPv6 address in brackets. */
export function isLoopbackLiteral(host: string): boolean {
  return host === "[::1]" || /^127\.(\d{1,3}\.){2}\d{1,3}$/.test(host);
}

interface HttpParts {
  readonly host: string;
  /** Path and query as written. */
  readonly rest: string;
}

/**
 * Splits by pattern, not by a URL parser: parsers repair what they read (`\` becomes `/`, `user@` vanishes), and two of
 * them never agree. What does not match to the letter is refused; a fragment, user info, blanks and `\` never match.
 */
function splitHttp(uri: string): HttpParts | undefined {
  const match = /^http:\/\/(localhost|[\d.]+|\[::1\])(?::(\d{1,5}))?((?:[/?][A-Za-z0-9\-._~:/?@!$&'()*+,;=%]*)?)$/.exec(
    uri,
  );
  if (match === null) return undefined;
  const [, host = "", port, rest = ""] = match;
  return port !== undefined && Number(port) > 65_535 ? undefined : { host, rest };
}

/** Registered URIs may hold characters that no header can (IRIs): those are escaped as UTF-8. */
function asHeaderValue(uri: string): string {
  return uri.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}
