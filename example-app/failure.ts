import * as oidc from "openid-client";

/** Why a request to the provider gave nothing, in the words of whoever said it. */
export type Failure =
  /** The provider answered with an OAuth error (RFC 6749 §4.1.2.1, §5.2). */
  | { readonly type: "refused"; readonly error: string; readonly description: string }
  /** No answer, or none of an OpenID provider. */
  | { readonly type: "unreachable"; readonly detail: string }
  /** The discovery document names another issuer (OpenID Connect Discovery §4.3). */
  | { readonly type: "other-issuer"; readonly found: string }
  /** An answer that must not be believed: wrong issuer, signature, nonce, audience, time. */
  | { readonly type: "untrusted"; readonly detail: string };

const unreachableCodes: ReadonlySet<string> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
  "OAUTH_PARSE_ERROR",
]);

/** Characters. It comes from elsewhere and is kept in the history. */
const maxDescription = 300;

/** Sorts what `openid-client` throws. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    return {
      type: "refused",
      error: error.error,
      description: (error.error_description ?? "").slice(0, maxDescription),
    };
  }
  if (error instanceof oidc.ClientError && !unreachableCodes.has(error.code ?? "")) {
    const found = findOtherIssuer(error.cause);
    if (found !== undefined) return { type: "other-issuer", found };
    return { type: "untrusted", detail: `${error.message}${causeOf(error)}` };
  }
  if (error instanceof Error) return { type: "unreachable", detail: `${error.message}${causeOf(error)}` };
  return { type: "unreachable", detail: "no answer" };
}

/** One line for a page. */
export function failureDetail(failure: Failure): string {
  if (failure.type === "refused")
    return failure.description === "" ? failure.error : `${failure.error}: ${failure.description}`;
  if (failure.type === "other-issuer") return `the discovery document names the issuer ${failure.found}`;
  return failure.detail;
}

function causeOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Response) return ` (status ${cause.status})`;
  if (!(cause instanceof Error)) return "";
  // An AggregateError of Node.js, for a name with several addresses, has a code and no message.
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return ` (${cause.message === "" ? code : cause.message})`;
}

function findOtherIssuer(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("attribute" in cause) || cause.attribute !== "issuer")
    return undefined;
  const body: unknown = "body" in cause ? cause.body : undefined;
  if (typeof body !== "object" || body === null || !("issuer" in body)) return undefined;
  return typeof body.issuer === "string" ? body.issuer : undefined;
}
