import type { FastifyReply, FastifyRequest } from "fastify";
import { OAuthError } from "../oidc/oauth-error.js";
import { PageError } from "../oidc/page-error.js";
import { renderPageError } from "../pages/errors/page-error.js";
import { renderServerFault } from "../pages/errors/server-fault.js";
import type { Page } from "../pages/page.js";
import type { Site } from "../pages/site.js";
import type { Clock } from "../platform/clock.js";
import { StorageUnavailableError } from "../storage/driver.js";
import { findClientErrorStatus, type LogFault } from "./protocol-errors.js";
import type { Failure, RequestFacts } from "./request-facts.js";

export interface BrowserErrorOptions {
  readonly site: Site;
  readonly clock: Clock;
  readonly facts: RequestFacts;
  readonly logFault: LogFault;
}

const busyRetrySeconds = 5;

/** Maps every error of the browser endpoints to a page with a way on. The one place that does. */
export function createBrowserErrorHandler({ site, clock, facts, logFault }: BrowserErrorOptions) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const trace = { requestId: request.id, occurredAt: clock() };
    const known = toPageError(error, request);
    if (known === undefined) {
      logFault(request, error);
      facts.noteFailure(request, { error: "server_error" });
      return sendPage(reply, 500, renderServerFault({ site, ...trace, ...findRetryUrl(request) }));
    }
    const { problem, status } = known;
    facts.noteFailure(request, describePageFailure(known));
    if (problem.kind === "busy") reply.header("retry-after", problem.retryAfter);
    if (problem.kind === "ticket-needed") reply.header("www-authenticate", problem.challenge);
    return sendPage(reply, status, renderPageError({ site, problem, ...trace }));
  };
}

/** What the log tells of a page: which application it is about, and what was wrong with what it sent. */
function describePageFailure({ problem, detail }: PageError): Failure {
  const told = { error: problem.kind, ...(detail !== undefined && { detail }) };
  switch (problem.kind) {
    case "unknown-app":
      return { ...told, clientId: problem.received };
    case "bad-redirect":
      return { ...told, clientId: problem.clientId, detail: describeRedirect(problem.received) };
    case "not-allowed":
    case "denied-upstream":
    case "ticket-needed":
      return { ...told, clientId: problem.clientId };
    default:
      return told;
  }
}

/** Without the query, which is the application's own business. */
function describeRedirect(received: string): string {
  return received === "" ? "no redirect_uri" : `redirect_uri not registered: ${received.split("?")[0]}`;
}

export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  return reply.code(status).headers(page.headers).send(page.body);
}

/** Undefined: nobody expected this error. */
function toPageError(error: unknown, request: FastifyRequest): PageError | undefined {
  if (error instanceof PageError) return error;
  if (error instanceof OAuthError)
    return new PageError({ kind: "invalid-request", reason: error.description }, error.detail);
  if (error instanceof StorageUnavailableError) {
    return new PageError({ kind: "busy", retryAfter: busyRetrySeconds, ...findRetryUrl(request) }, error.message);
  }
  if (findClientErrorStatus(error) === undefined) return undefined;
  return new PageError({ kind: "invalid-request", reason: "The request cannot be read." });
}

/** Only what was asked for by GET is safe to ask for again by a link. */
function findRetryUrl(request: FastifyRequest): { retryUrl?: string } {
  return request.method === "GET" ? { retryUrl: request.url } : {};
}
