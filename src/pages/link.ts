/** Schemes that run or show content of whoever wrote the URL, in place of opening it. */
const refusedSchemes: ReadonlySet<string> = new Set([
  "javascript",
  "vbscript",
  "data",
  "blob",
  "filesystem",
  "view-source",
  "about",
  "file",
]);

/**
 * Returns a URL that may stand in `href`, `action` or `src`: http, https, relative, or the scheme of an app. Throws for
 * `javascript:` and its like, even where a caller believed the URL to be checked: a CSP stops the script, not the lure.
 * Browsers drop tabs and line ends inside a URL and blanks in front of it, so none of these is let through.
 */
export function requireSafeUrl(url: string): string {
  if (/\p{Cc}|^\s/u.test(url)) throw new Error("a link holds a control character or begins with a blank");
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && refusedSchemes.has(scheme)) throw new Error(`a link has the scheme ${scheme}:`);
  return url;
}

/**
 * The URL where it is a path on this host, else undefined. `//host` and `/\host` look like paths and lead elsewhere:
 * a form that posts a password must not follow them.
 */
export function findLocalPath(url: string): string | undefined {
  return /^\/(?![/\\])/.test(url) && !/\p{Cc}|\\/u.test(url) ? url : undefined;
}
