import type { CodeRefusal, LoginFailure, RefreshRefusal, RevocationCause } from "../../platform/events.js";

// Values of labels, each with its meaning. A new value of an event does not compile before it stands here.

export const endpoints = {
  authorize: "`/auth`, where every step of a login returns to",
  connector: "`/auth/{connector}`",
  password: "the password form, and its answer",
  callback: "where an upstream sends the person back to",
  consent: "`/approval`",
  token: "`/token`",
  userinfo: "`/userinfo`",
  revocation: "`/revoke`",
  jwks: "`/keys`",
  discovery: "the discovery document, at each of its places",
  health: "`/healthz` and those below it",
  home: "the issuer's own address",
  assets: "`/static/...`",
  unknown: "every path that there is not",
} as const;

export const loginOutcomes = {
  success: "the person has proved who they are",
  "bad-credentials": "wrong user name or password",
  "bad-ticket": "a Kerberos ticket that is not good here",
  "denied-upstream": "the upstream, or a rule of the connector, said no",
  "not-allowed": "the person may not use the application",
  "upstream-error": "the upstream gave no usable answer",
  unavailable: "the connector can't be used now",
  "too-busy": "too many password checks wait",
} as const satisfies Record<LoginFailure | "success", string>;

export const consentOutcomes = {
  granted: "a code was given to the application",
  denied: "the person pressed Cancel",
} as const;

export const codeOutcomes = {
  redeemed: "tokens were issued",
  reused: "redeemed again; the grant ends",
  unknown: "no such code, another client's, or the grant has ended",
  expired: "too late",
  "wrong-redirect-uri": "`redirect_uri` is not that of the authorization request",
  "wrong-verifier": "PKCE failed",
} as const satisfies Record<CodeRefusal | "redeemed" | "reused", string>;

export const refreshOutcomes = {
  rotated: "a new token was given",
  kept: "the same token was given: rotation is off",
  replayed: "an old token inside `reuseInterval`; the current one was given again",
  reused: "an old token after `reuseInterval`, or an invented one; the grant ends where rotation is on",
  "lost-race": "another request used the token at the same moment, and `reuseInterval` is 0",
  expired: "past a lifetime",
  ended: "the grant has ended before",
  unknown: "no such token",
  "other-client": "another client's token",
  "wrong-scope": "a scope that was never granted",
  "denied-upstream": "the upstream said no; the grant ends",
  unavailable: "the upstream or the store did not answer; the token keeps working",
} as const satisfies Record<RefreshRefusal | "rotated" | "kept" | "replayed" | "reused", string>;

export const revocationCauses = {
  "code-reuse": "a code was used twice",
  "refresh-reuse": "a refresh token was used after it was superseded",
  client: "the client revoked it",
  surplus: "too many grants of one person at one client",
  upstream: "the upstream said no",
} as const satisfies Record<RevocationCause, string>;

export const runOutcomes = { ok: "done", failed: "tried, and not done" } as const;

export const keyStates = {
  active: "signs now",
  pending: "published ahead of its use",
  retired: "verifies tokens that it signed earlier",
} as const;
