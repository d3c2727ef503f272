import { cookieName, formatCookie } from "../../platform/cookies.js";
import { createId, type Random } from "../../platform/random.js";

/** Upstreams with a small `state` get a handle; the sealed state waits in a cookie named by it. */
const prefix = "latchkey_state_";

/** How many of these cookies a browser keeps: the newest. */
const kept = 3;

/** Browsers drop a cookie whose name, value and attributes pass 4,096 bytes (RFC 6265 §6.1). */
const maxValueLength = 3_900;

export interface StateHandle {
  /** 22 characters. */
  readonly handle: string;
  readonly setCookies: readonly string[];
}

export interface StateCookieOptions {
  readonly secure: boolean;
  readonly random: Random;
  readonly now: number;
  readonly maxAgeSeconds: number;
}

/** Puts a sealed state into a cookie; undefined where it is too large for one. Older ones beyond the newest three go. */
export function storeState(
  cookies: ReadonlyMap<string, string>,
  sealed: string,
  options: StateCookieOptions,
): StateHandle | undefined {
  // The time in front tells the age: browsers don't.
  const value = `${options.now.toString(36)}.${sealed}`;
  if (value.length > maxValueLength) return undefined;
  const handle = createId(options.random);
  const { secure, maxAgeSeconds } = options;
  const full = cookieName(prefix, secure);
  const older = [...cookies]
    .filter(([name]) => name.startsWith(full) && isHandle(name.slice(full.length)))
    .sort(([, a], [, b]) => readTime(b, options.now) - readTime(a, options.now))
    .slice(kept - 1)
    .map(([name]) => formatCookie(name, "", { secure, maxAgeSeconds: 0 }));
  return { handle, setCookies: [...older, formatCookie(`${full}${handle}`, value, { secure, maxAgeSeconds })] };
}

/** The sealed state that a handle stands for. */
export function findState(cookies: ReadonlyMap<string, string>, handle: string, secure: boolean): string | undefined {
  const value = cookies.get(`${cookieName(prefix, secure)}${handle}`);
  return value?.slice(value.indexOf(".") + 1);
}

/** Handles are told from sealed states by their length: sealed text is never this short. */
export function isHandle(state: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(state);
}

/** How far the clock of another replica may be ahead. */
const aheadMs = 60_000;

/** Of what we did not write, and of what claims to come from the future, nothing: it counts as the oldest. */
function readTime(value: string, now: number): number {
  const time = Number.parseInt(/^([0-9a-z]{8})\./.exec(value)?.[1] ?? "0", 36);
  return time > now + aheadMs ? 0 : time;
}
