import { UpstreamError } from "../upstream-error.js";

/**
 * A token that must not be believed. At a login it came from the upstream itself, so that is the upstream's trouble; where
 * somebody else handed it in, it means no.
 */
export class InvalidTokenError extends UpstreamError {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "InvalidTokenError";
  }
}
