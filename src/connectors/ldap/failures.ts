import { UpstreamError } from "../shared/upstream-error.js";
import { describeCode } from "./result-codes.js";

/** A server could not be reached, went away, or spoke something else: another connection or server may do. */
export class ServerUnavailable extends UpstreamError {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ServerUnavailable";
  }
}

/** The server did not do what was asked, and said so. The connection is as good as before. */
export class OperationRefused extends UpstreamError {
  /** Of RFC 4511 section 4.1.9. */
  readonly resultCode: number;

  constructor(operation: string, resultCode: number) {
    super(`the directory refuses ${operation}: ${describeCode(resultCode)}`);
    this.name = "OperationRefused";
    this.resultCode = resultCode;
  }
}
