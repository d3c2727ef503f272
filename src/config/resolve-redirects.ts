import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";

export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host);
}

/** Checks redirect URIs: any absolute, relative or custom-scheme one may be registered, as with Dex, but no fragment and no script. */
export function resolveRedirects(context: ResolveContext, path: string, uris: readonly string[]): readonly string[] {
  for (const [index, uri] of uris.entries()) checkRedirect(context, join(path, String(index)), uri);
  return uris;
}

function checkRedirect(context: ResolveContext, path: string, uri: string): void {
  if (uri === "") context.error(path, "redirect URI: is empty");
  // RFC 6749 §3.1.2.
  else if (uri.includes("#")) context.error(path, `redirect URI ${uri}: must have no fragment`);
  else if (/^\s*(javascript|data|vbscript|file|blob|about|view-source):/i.test(uri)) {
    context.error(path, `redirect URI ${uri}: this scheme is not allowed`);
  } else if (/[\p{Cc}\p{Cs}\s\\]/u.test(uri)) {
    context.error(path, "redirect URI: holds a blank, a backslash or a control character");
  } else if (/^https?:/i.test(uri) && !URL.canParse(uri)) context.error(path, `redirect URI ${uri}: is no valid URL`);
  else if (/^http:/i.test(uri) && !isLoopbackHost(new URL(uri).hostname)) {
    context.warn(path, `redirect URI ${uri}: http sends codes in clear; use https`);
  }
}
