/** The registered error codes that we send (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID Connect Core §3.1.2.6). */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_scope"
  | "invalid_token"
  | "insufficient_scope"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "access_denied"
  | "login_required"
  | "consent_required"
  | "interaction_required"
  | "request_not_supported"
  | "request_uri_not_supported"
  | "server_error"
  | "temporarily_unavailable";

export interface OAuthErrorOptions {
  /** HTTP status where the error is a JSON answer. Default 400; 401 for `invalid_client` and `invalid_token`. */
  readonly status?: number;
  /** For the log alone. */
  readonly detail?: string;
  /** For the log alone: the client that asked, or says that it is this one. */
  readonly clientId?: string;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** The request authenticated by the `Authorization` header, so a 401 must name the scheme (RFC 6749 §5.2). */
  readonly scheme?: "Basic" | "Bearer";
}

/** An error that a client may read: code and description are safe to send, `detail` never leaves the log. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly description: string;
  readonly detail: string | undefined;
  readonly clientId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly scheme: "Basic" | "Bearer" | undefined;

  constructor(code: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    super(`${code}: ${description}`);
    this.name = "OAuthError";
    this.code = code;
    this.description = description;
    this.status = options.status ?? (code === "invalid_client" || code === "invalid_token" ? 401 : 400);
    this.detail = options.detail;
    this.clientId = options.clientId;
    this.retryAfter = options.retryAfter;
    this.scheme = options.scheme;
  }

  /** The same error, with the client that the log is to name. */
  ofClient(clientId: string): OAuthError {
    const { code, description, status, detail, retryAfter, scheme } = this;
    return new OAuthError(code, description, {
      status,
      clientId,
      ...(detail !== undefined && { detail }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(scheme !== undefined && { scheme }),
    });
  }
}

/** 503 with `Retry-After`: nothing was changed, the same request may be sent again. */
export function createUnavailableError(detail: string, retryAfter = 5): OAuthError {
  return new OAuthError("temporarily_unavailable", "The service is busy or an upstream does not answer; try again.", {
    status: 503,
    detail,
    retryAfter,
  });
}
