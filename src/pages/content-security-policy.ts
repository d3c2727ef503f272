/**
 * Where the forms of a page can end. `here`: on this host, redirects included. `elsewhere`: at a client or an upstream,
 * if only by a redirect after the post.
 */
export type FormsEnd = "here" | "elsewhere";

const base = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The `Content-Security-Policy` of a page. Browsers apply `form-action` to every redirect that follows a form, so a
 * page whose form can end elsewhere carries none: with `'self'` the login would die after it has succeeded, and with
 * the origin of the client or upstream listed it would die at that site's own next redirect.
 */
export function contentSecurityPolicy(forms: FormsEnd): string {
  return forms === "here" ? `${base}; form-action 'self'` : base;
}
