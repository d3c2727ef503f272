import { runsInBrowser } from "../oidc/redirect-uri.js";
import { join } from "./key-path.js";
import { isLoopbackHost } from "./loopback-host.js";
import type { ResolveContext } from "./resolve-context.js";

/**
 * Checks redirect URIs: any absolute, relative or custom-scheme one may be registered, as with Dex, but none with a
 * fragment and none that a browser would run.
 */
export function resolveRedirects(context: ResolveContext, path: string, uris: readonly string[]): readonly string[] {
  for (const [index, uri] of uris.entries()) {
    const at = join(path, String(index));
    const refusal = findRefusal(uri);
    const doubt = refusal === undefined ? findDoubt(uri) : undefined;
    if (refusal !== undefined) context.error(at, refusal);
    if (doubt !== undefined) context.warn(at, doubt);
  }
  return uris;
}

/** Why a redirect URI can't be registered. */
function findRefusal(uri: string): string | undefined {
  if (uri === "") return "redirect URI: is empty";
  if (/[\p{Cc}\p{Cs}\s\\]/u.test(uri)) return "redirect URI: holds a blank, a backslash or a control character";
  // RFC 6749 §3.1.2.
  if (uri.includes("#")) return `redirect URI ${uri}: must have no fragment`;
  if (runsInBrowser(uri)) {
    return `redirect URI ${uri}: a browser would run or read this scheme itself`;
  }
  const isWeb = /^https?:/i.test(uri);
  if (isWeb && !(/^https?:\/\/[^/]/i.test(uri) && URL.canParse(uri))) return `redirect URI ${uri}: is no valid URL`;
  return undefined;
}

function findDoubt(uri: string): string | undefined {
  const url = /^https?:/i.test(uri) ? new URL(uri) : undefined;
  if (uri.includes("*")) return `redirect URI ${uri}: is compared to the letter, so * stands for nothing but itself`;
  return url?.protocol === "http:" && !isLoopbackHost(url.hostname)
    ? `redirect URI ${uri}: http sends codes in clear; use https`
    : undefined;
}
