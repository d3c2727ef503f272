/** The upstream could not answer, or not in a form that can be read: nothing changes, the person may try again. */
export class UpstreamError extends Error {
  /** HTTP status where there was one. */
  readonly status: number | undefined;

  constructor(message: string, details: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "UpstreamError";
    this.status = details.status;
  }
}

/** The upstream answered clearly that it no longer accepts what it gave us (a token that was revoked). */
export class UpstreamRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UpstreamRefusal";
  }
}
