/**
 * What happened, for the operator: one event per login, consent, token and revocation, with stable names and members.
 * No member holds a secret, token, code or password. `telemetry/` turns events into log lines.
 */
export type AuditEvent =
  | {
      readonly type: "login.succeeded";
      readonly clientId: string;
      readonly connectorId: string;
      readonly subject: string;
    }
  | {
      readonly type: "login.failed";
      readonly clientId: string;
      readonly connectorId: string;
      readonly reason: LoginFailure;
      /** What was typed as user name, cut at 64 characters. */
      readonly username?: string;
      /** Why a ticket is not good, or what the connector said. */
      readonly detail?: string;
      /** Whom the upstream knows, but the client may not be used by. */
      readonly subject?: string;
    }
  | {
      readonly type: "consent.granted";
      readonly clientId: string;
      readonly subject: string;
      readonly scopes: readonly string[];
    }
  | { readonly type: "consent.denied"; readonly clientId: string; readonly subject: string }
  | {
      readonly type: "token.issued";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
      /** The `grant_type` that it was issued for. */
      readonly grantType: string;
      readonly scopes: readonly string[];
      readonly refreshToken: boolean;
    }
  | {
      readonly type: "token.refreshed";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
      readonly outcome: "rotated" | "kept" | "replayed";
    }
  | {
      readonly type: "refresh.reuse-detected";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
      readonly revoked: boolean;
    }
  | {
      readonly type: "code.reuse-detected";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
    }
  | {
      readonly type: "grant.revoked";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
      readonly cause: RevocationCause;
      /** A sentence that says more than the cause. */
      readonly reason: string;
    }
  | {
      readonly type: "access-token.revoked";
      readonly clientId: string;
      readonly subject: string;
      readonly grant: string;
    }
  | { readonly type: "keys.scheduled"; readonly keyId: string; readonly algorithm: string; readonly signsFrom: string };

export type LoginFailure =
  | "bad-credentials"
  | "bad-ticket"
  | "denied-upstream"
  | "not-allowed"
  | "upstream-error"
  | "unavailable"
  | "too-busy";

/** Why a grant has ended. */
export type RevocationCause = "code-reuse" | "refresh-reuse" | "client" | "surplus" | "upstream";

/**
 * What is counted and gets no line of its own in the log: the line of its request tells it already, and whoever sends
 * garbage must not fill the log twice as fast.
 */
export type CountedEvent =
  | { readonly type: "refresh.refused"; readonly reason: RefreshRefusal }
  | { readonly type: "code.refused"; readonly reason: CodeRefusal };

/** Why a refresh token gave nothing. Reuse is an audit event instead. */
export type RefreshRefusal =
  | "unknown"
  | "other-client"
  | "expired"
  | "ended"
  | "lost-race"
  | "wrong-scope"
  | "denied-upstream"
  | "unavailable";

/** Why a code gave nothing. A second use is an audit event instead. */
export type CodeRefusal = "unknown" | "expired" | "wrong-redirect-uri" | "wrong-verifier";

/** Which request an event belongs to. */
export interface RequestOrigin {
  readonly requestId: string;
  readonly clientIp: string;
}

export type ReportEvent = (event: AuditEvent | CountedEvent, origin?: RequestOrigin) => void;
