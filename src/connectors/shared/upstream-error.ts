/** The upstream could not answer, or not in a form that can be read: nothing changes, the person may try again. */
export class UpstreamError extends Error {
  /** HTTP status where there was one. */
  readonly status: number | undefined;
  /** Its OAuth error code where there was one (RFC 6749 section 5.2). */
  readonly code: string | undefined;

  constructor(
    message: string,
    details: { readonly status?: number; readonly code?: string; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "UpstreamError";
    this.status = details.status;
    this.code = details.code;
  }
}

/** The upstream answered clearly that it no longer accepts what it gave us (a token that was revoked). */
export class UpstreamRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UpstreamRefusal";
  }
}
