import { randomBytes } from "node:crypto";
import type { Login } from "./login.js";

/** A login that is under way, known by its `state`. */
export interface PendingLogin {
  readonly nonce: string;
  readonly verifier: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** What the application knows of one browser. */
export interface Session {
  readonly pending: Map<string, PendingLogin>;
  login?: Login;
}

export interface Sessions {
  find(cookies: string | undefined): Session | undefined;
  /** Finds or creates; a new one comes with the cookie to set. */
  open(cookies: string | undefined): { readonly session: Session; readonly setCookie?: string };
  /** The same session under a new value: who knew the cookie before the login does not know it after. */
  renew(session: Session): { readonly setCookie: string };
  /** Forgets the session, and returns what makes the browser forget it. */
  end(session: Session): { readonly setCookie: string };
  readonly size: number;
}

export const maxSessions = 1000;
export const maxPending = 5;
const cookieName = "latchkey_example_app";
const cookiePattern = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** Sessions in memory. The one that was not used for longest makes room for the 1,001st. */
export function createSessions(isSecure: boolean): Sessions {
  const byId = new Map<string, Session>();
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;

  function keep(session: Session): { readonly setCookie: string } {
    const id = randomBytes(32).toString("base64url");
    byId.set(id, session);
    const [oldest] = byId.keys();
    if (byId.size > maxSessions && oldest !== undefined) byId.delete(oldest);
    return { setCookie: `${cookieName}=${id}; ${attributes}` };
  }

  function remove(session: Session): void {
    for (const [id, each] of byId) if (each === session) byId.delete(id);
  }

  function find(cookies = ""): Session | undefined {
    const id = cookiePattern.exec(cookies)?.[1] ?? "";
    const session = byId.get(id);
    if (session === undefined) return undefined;
    byId.delete(id);
    byId.set(id, session);
    return session;
  }

  return {
    find,
    open(cookies) {
      const known = find(cookies);
      if (known !== undefined) return { session: known };
      const session: Session = { pending: new Map() };
      return { session, ...keep(session) };
    },
    renew(session) {
      remove(session);
      return keep(session);
    },
    end(session) {
      remove(session);
      return { setCookie: `${cookieName}=; Max-Age=0; ${attributes}` };
    },
    get size() {
      return byId.size;
    },
  };
}

/** Remembers a login under way. A browser has at most five: the oldest tab has to start again. */
export function addPending(session: Session, state: string, pending: PendingLogin): void {
  session.pending.set(state, pending);
  const [oldest] = session.pending.keys();
  if (session.pending.size > maxPending && oldest !== undefined) session.pending.delete(oldest);
}

/** Finds a login under way, once: an answer with the same `state` is not taken a second time. */
export function takePending(session: Session | undefined, state: string, now: number): PendingLogin | undefined {
  const pending = session?.pending.get(state);
  session?.pending.delete(state);
  return pending !== undefined && now - pending.startedAt < pendingLifetime ? pending : undefined;
}

/** Milliseconds. */
const pendingLifetime = 60 * 60 * 1000;
