/** Claims of a token, or the answer of userinfo. */
export type Claims = Readonly<Record<string, unknown>>;

/** One answer of the token endpoint. Times are milliseconds since the epoch. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** Claims of the ID token. */
  readonly claims: Claims;
  readonly receivedAt: number;
  /** When the access token expires, where the answer says so. */
  readonly expiresAt?: number;
}

export type HistoryKind = "login" | "refresh" | "replay";

/** What came of a login or a refresh. */
export type Outcome =
  | { readonly type: "received"; readonly tokens: Tokens; readonly changes: ClaimChanges; readonly isSame: boolean }
  | { readonly type: "refused"; readonly error: string; readonly description: string }
  | { readonly type: "failed"; readonly detail: string };

export interface HistoryEntry {
  readonly kind: HistoryKind;
  readonly at: number;
  /** The refresh token that was sent. */
  readonly sent?: string;
  readonly outcome: Outcome;
}

/** A person who is logged in at this application. */
export interface Login {
  readonly current: Tokens;
  /** The refresh token before the current one, and when it was superseded. */
  readonly previous?: { readonly token: string; readonly supersededAt: number };
  /** Oldest first, the last `maxHistory`. */
  readonly history: readonly HistoryEntry[];
  /** The provider refused the current refresh token: only a new login helps. */
  readonly hasEnded: boolean;
}

export interface ClaimChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly gone: readonly string[];
}

export const maxHistory = 30;

export function createLogin(tokens: Tokens): Login {
  const outcome: Outcome = {
    type: "received",
    tokens,
    changes: { added: [], changed: [], gone: [] },
    isSame: false,
  };
  return { current: tokens, history: [{ kind: "login", at: tokens.receivedAt, outcome }], hasEnded: false };
}

/** Takes in the answer to a refresh with `sent`. A provider may leave out the refresh token or the ID token: both stay. */
export function takeTokens(login: Login, kind: HistoryKind, sent: string, answer: Tokens): Login {
  const before = login.current;
  const tokens: Tokens = {
    ...answer,
    ...(answer.idToken === undefined && { claims: before.claims, ...(before.idToken && { idToken: before.idToken }) }),
    ...(answer.refreshToken === undefined && before.refreshToken && { refreshToken: before.refreshToken }),
  };
  const isSame = tokens.refreshToken === before.refreshToken;
  const outcome: Outcome = {
    type: "received",
    tokens,
    changes: compareClaims(before.claims, tokens.claims),
    isSame,
  };
  return {
    ...login,
    current: tokens,
    ...(!isSame &&
      before.refreshToken !== undefined && {
        previous: { token: before.refreshToken, supersededAt: answer.receivedAt },
      }),
    history: append(login.history, { kind, at: answer.receivedAt, sent, outcome }),
  };
}

/** Takes in a refusal or a failure. Only the refusal of the current token tells that the login has ended. */
export function takeFailure(login: Login, entry: HistoryEntry): Login {
  const isEnd = entry.outcome.type === "refused" && entry.kind === "refresh" && entry.outcome.error === "invalid_grant";
  return { ...login, hasEnded: login.hasEnded || isEnd, history: append(login.history, entry) };
}

/** Names of the claims that differ between two ID tokens. */
export function compareClaims(before: Claims, after: Claims): ClaimChanges {
  const has = (claims: Claims, name: string) => Object.hasOwn(claims, name);
  const names = Object.keys(after);
  return {
    added: names.filter((name) => !has(before, name)),
    changed: names.filter((name) => has(before, name) && JSON.stringify(before[name]) !== JSON.stringify(after[name])),
    gone: Object.keys(before).filter((name) => !has(after, name)),
  };
}

/** The end of a token, enough to tell two apart and no use to who reads it over a shoulder. */
export function lastCharacters(token: string): string {
  return `…${token.slice(-8)}`;
}

function append(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [...history, entry].slice(-maxHistory);
}
