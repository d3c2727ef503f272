import type { OAuthError } from "./oauth-error.js";
import { appendToRedirect, type RedirectTarget } from "./redirect-uri.js";

/** What every authorization response carries besides its content: `state` (RFC 6749 §4.1.2) and `iss` (RFC 9207 §2). */
export interface ResponseContext {
  readonly target: RedirectTarget;
  readonly state?: string;
  readonly issuer: string;
}

/** The URL that hands a code to the client. */
export function formatCodeResponse(context: ResponseContext, code: string): string {
  return appendToRedirect(context.target, [["code", code], ...formatContext(context)]);
}

/** The URL that hands an error to the client (RFC 6749 §4.1.2.1). */
export function formatErrorResponse(context: ResponseContext, error: OAuthError): string {
  return appendToRedirect(context.target, [
    ["error", error.code],
    ["error_description", error.description],
    ...formatContext(context),
  ]);
}

function formatContext(context: ResponseContext): (readonly [string, string])[] {
  const iss = ["iss", context.issuer] as const;
  return context.state === undefined ? [iss] : [["state", context.state] as const, iss];
}
