import type { Logger } from "./logger.js";

export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern, or the path as asked for where no route matched. A query is cut off. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly clientIp: string;
  /** The client went away before the answer was sent. */
  readonly aborted?: boolean;
  /** What the client was told where it went wrong: an OAuth error code, or the kind of page. */
  readonly error?: string;
  /** What only the log is told. */
  readonly detail?: string;
  /** The application that a failed request came from, or said that it came from. */
  readonly clientId?: string;
}

/** Longest path in a line: an unknown path is whatever a stranger sends. */
const maxPathLength = 200;

/** One line per request, at `level` or, where the server failed, as a warning. Never the query: it carries codes and sealed flows. */
export function logRequest(logger: Logger, request: AnsweredRequest, level: "debug" | "info"): void {
  const attributes = {
    request_id: request.requestId,
    method: request.method,
    path: withoutQuery(request.route),
    status: request.status,
    duration_ms: Math.round(request.durationMs * 100) / 100,
    client_remote_addr: request.clientIp,
    ...(request.aborted && { aborted: true }),
    ...(request.error !== undefined && { error: request.error }),
    ...(request.clientId !== undefined && { client_id: request.clientId }),
    ...(request.detail !== undefined && { detail: request.detail }),
  };
  if (request.status >= 500) logger.warn(attributes, "request");
  else logger[level](attributes, "request");
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return (end === -1 ? path : path.slice(0, end)).slice(0, maxPathLength);
}
