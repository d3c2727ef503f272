/** Parses a `Cookie` header (RFC 6265 §4.2). The first of two cookies with one name counts: browsers send the most specific first. */
export function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const split = pair.indexOf("=");
    if (split === -1) continue;
    const name = pair.slice(0, split).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(split + 1).trim());
  }
  return cookies;
}

export interface CookieAttributes {
  readonly secure: boolean;
  /** Absent: until the browser is closed. 0: removes the cookie. */
  readonly maxAgeSeconds?: number;
}

/**
 * Formats a `Set-Cookie` header. Always `HttpOnly`, `SameSite=Lax` and for the whole host: a `__Host-` name (secure
 * only) then keeps other hosts of the domain from planting one (RFC 6265bis §4.1.3.2).
 */
export function formatCookie(name: string, value: string, attributes: CookieAttributes): string {
  const age = attributes.maxAgeSeconds === undefined ? "" : `; Max-Age=${attributes.maxAgeSeconds}`;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${attributes.secure ? "; Secure" : ""}${age}`;
}

/** The name with the prefix that browsers guard, where it can be used. */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
