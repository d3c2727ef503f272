import type { FastifyReply, FastifyRequest } from "fastify";
import { createUnavailableError, OAuthError } from "../oidc/oauth-error.js";
import { StorageUnavailableError } from "../storage/driver.js";
import type { Failure, RequestFacts } from "./request-facts.js";

export type LogFault = (request: FastifyRequest, error: unknown) => void;

/** Maps every error of the protocol endpoints to OAuth JSON (RFC 6749 §5.2). The one place that does. */
export function createProtocolErrorHandler(facts: RequestFacts, logFault: LogFault) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = toOAuthError(error);
    if (known === undefined) logFault(request, error);
    const told = known ?? new OAuthError("server_error", `Internal error; request id ${request.id}.`, { status: 500 });
    facts.noteFailure(request, describeOAuthFailure(told));
    return sendOAuthError(reply, told);
  };
}

/** What the log tells of an error that a client was told. */
function describeOAuthFailure({ code, detail, clientId }: OAuthError): Failure {
  return { error: code, ...(detail !== undefined && { detail }), ...(clientId !== undefined && { clientId }) };
}

export function sendOAuthError(reply: FastifyReply, error: OAuthError): FastifyReply {
  if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
  if (error.scheme !== undefined) reply.header("www-authenticate", formatChallenge(error));
  return reply
    .code(error.status)
    .headers({ "content-type": "application/json", "cache-control": "no-store", pragma: "no-cache" })
    .send(JSON.stringify({ error: error.code, error_description: error.description }));
}

/** Undefined: nobody expected this error. */
function toOAuthError(error: unknown): OAuthError | undefined {
  if (error instanceof OAuthError) return error;
  if (error instanceof StorageUnavailableError) return createUnavailableError(error.message);
  const status = findClientErrorStatus(error);
  if (status === undefined) return undefined;
  const description =
    status === 415
      ? "Send the request as application/x-www-form-urlencoded."
      : status === 413
        ? "The request body is too large."
        : "The request cannot be read.";
  return new OAuthError("invalid_request", description, { status: status === 413 ? 413 : 400 });
}

/** The status of an error that Fastify itself raised because of what the client sent. */
export function findClientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("statusCode" in error) || typeof error.statusCode !== "number") return undefined;
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined;
}

/** RFC 6750 §3: a request without any token is told the scheme alone. */
function formatChallenge(error: OAuthError): string {
  if (error.scheme === "Basic") return 'Basic realm="token endpoint"';
  const isBare = error.code === "invalid_token" && error.detail === undefined;
  return isBare ? "Bearer" : `Bearer error="${error.code}", error_description="${error.description}"`;
}
