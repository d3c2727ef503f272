import type { PageProblem } from "../../oidc/page-error.js";
import type { RequestTrace } from "../details.js";
import type { Page } from "../page.js";
import type { Site } from "../site.js";
import { deniedUpstream, notAllowed, ticketNeeded } from "./account-problems.js";
import { badRedirect, invalidRequest, methodNotAllowed, notFound, unknownApp } from "./app-problems.js";
import { alreadyDone, busy, connectorUnavailable, expired, otherBrowser } from "./flow-problems.js";
import { type Notice, renderNotice } from "./notice.js";

export interface PageErrorView extends RequestTrace {
  readonly site: Site;
  readonly problem: PageProblem;
}

/** The page for a dead end. Status and `Retry-After` are the caller's: `PageError` knows them. */
export function renderPageError({ site, problem, requestId, occurredAt }: PageErrorView): Page {
  return renderNotice(site, { requestId, occurredAt }, noticeOf(site, problem));
}

function noticeOf(site: Site, problem: PageProblem): Notice {
  switch (problem.kind) {
    case "expired":
      return expired(problem);
    case "other-browser":
      return otherBrowser(problem);
    case "already-done":
      return alreadyDone(problem);
    case "connector-unavailable":
      return connectorUnavailable(problem);
    case "busy":
      return busy(problem);
    case "not-allowed":
      return notAllowed(problem);
    case "denied-upstream":
      return deniedUpstream(problem);
    case "ticket-needed":
      return ticketNeeded(problem);
    case "unknown-app":
      return unknownApp(problem, site.productName);
    case "bad-redirect":
      return badRedirect(problem);
    case "invalid-request":
      return invalidRequest(problem);
    case "not-found":
      return notFound();
    case "method-not-allowed":
      return methodNotAllowed(problem);
  }
}
