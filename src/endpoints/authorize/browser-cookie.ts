import { cookieName, formatCookie } from "../../platform/cookies.js";
import { createSecret, type Random } from "../../platform/random.js";

const name = "latchkey_browser";

/**
 * Long, so that tabs which a browser opens all at once after a restart find the value already there: it says nothing
 * about the person, and ties flows to this browser alone.
 */
const maxAgeSeconds = 31_536_000;

/** The random value that binds a browser's flows to it; undefined where it sent none, or none of ours. */
export function findBrowserSecret(cookies: ReadonlyMap<string, string>, secure: boolean): string | undefined {
  const value = cookies.get(cookieName(name, secure));
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** The browser's value, made now where it has none yet; with the header that sets it. Several tabs share one. */
export function ensureBrowserSecret(
  cookies: ReadonlyMap<string, string>,
  secure: boolean,
  random: Random,
): { readonly secret: string; readonly setCookies: readonly string[] } {
  const known = findBrowserSecret(cookies, secure);
  if (known !== undefined) return { secret: known, setCookies: [] };
  const secret = createSecret(random);
  return { secret, setCookies: [formatCookie(cookieName(name, secure), secret, { secure, maxAgeSeconds })] };
}
