import type { FastifyRequest } from "fastify";
import type { OAuthErrorCode } from "../oidc/oauth-error.js";
import type { PageProblem } from "../oidc/page-error.js";
import type { RequestOrigin } from "../platform/events.js";
import type { FindClientIp } from "./client-ip.js";

/** What went wrong in a request, noted where the error is mapped and logged with the request's one line. */
export interface Failure {
  /** From a fixed set: metrics keep a series for each. */
  readonly error: OAuthErrorCode | PageProblem["kind"];
  readonly detail?: string;
  readonly clientId?: string;
}

/** Facts about requests under way. Held beside the request, so that no decorator lies about its type. */
export interface RequestFacts {
  readonly originOf: (request: FastifyRequest) => RequestOrigin;
  readonly noteFailure: (request: FastifyRequest, failure: Failure) => void;
  readonly findFailure: (request: FastifyRequest) => Failure | undefined;
}

const maxDetailLength = 300;
const maxClientIdLength = 64;

export function createRequestFacts(findClientIp: FindClientIp): RequestFacts {
  const failures = new WeakMap<FastifyRequest, Failure>();
  return {
    originOf: (request) => ({ requestId: request.id, clientIp: findClientIp(request) }),
    noteFailure: (request, { error, detail, clientId }) =>
      failures.set(request, {
        error,
        // Both may hold what a stranger sent.
        ...(detail !== undefined && { detail: detail.slice(0, maxDetailLength) }),
        ...(clientId !== undefined && { clientId: clientId.slice(0, maxClientIdLength) }),
      }),
    findFailure: (request) => failures.get(request),
  };
}
