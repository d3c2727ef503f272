/** Where a person goes on from a dead end: the app's own site, or a fresh authorization request of the same app. */
export interface WayOn {
  readonly url: string;
  /** The host the link leads to, where it is the app's. */
  readonly host?: string;
}

/**
 * A dead end for the person in front of the browser. Each kind has its page (`pages/`); none is ever sent to a client.
 * `received` and `clientId` go to the closed details, addressed to whoever sets up the app.
 */
export type PageProblem =
  | { readonly kind: "expired"; readonly startAgain?: WayOn }
  | { readonly kind: "other-browser"; readonly startAgain?: WayOn }
  | { readonly kind: "already-done"; readonly clientName: string; readonly startAgain?: WayOn }
  | { readonly kind: "unknown-app"; readonly received: string }
  | { readonly kind: "bad-redirect"; readonly clientName: string; readonly clientId: string; readonly received: string }
  | { readonly kind: "invalid-request"; readonly reason: string }
  | {
      readonly kind: "not-allowed";
      readonly clientName: string;
      readonly clientId: string;
      readonly account: string;
      readonly otherAccountUrl: string;
      readonly backUrl: string;
    }
  | {
      readonly kind: "denied-upstream";
      readonly clientName: string;
      readonly clientId: string;
      readonly connectorName: string;
      readonly retryUrl: string;
      readonly otherAccountUrl: string;
      readonly backUrl: string;
    }
  | {
      readonly kind: "ticket-needed";
      /** `WWW-Authenticate`. */
      readonly challenge: string;
      readonly clientName: string;
      readonly clientId: string;
      readonly connectorName: string;
      readonly retryUrl: string;
      readonly otherAccountUrl?: string;
      readonly backUrl: string;
    }
  | {
      readonly kind: "connector-unavailable";
      readonly connectorName: string;
      readonly retryUrl: string;
      readonly startAgain?: WayOn;
    }
  | { readonly kind: "busy"; readonly retryUrl?: string; readonly retryAfter: number }
  | { readonly kind: "not-found" }
  | { readonly kind: "method-not-allowed"; readonly allow: string };

/** HTTP status of each kind of page. */
const statuses: Readonly<Record<PageProblem["kind"], number>> = {
  expired: 400,
  "other-browser": 403,
  "already-done": 200,
  "unknown-app": 400,
  "bad-redirect": 400,
  "invalid-request": 400,
  "not-allowed": 403,
  "denied-upstream": 403,
  "ticket-needed": 401,
  "connector-unavailable": 503,
  busy: 503,
  "not-found": 404,
  "method-not-allowed": 405,
};

export class PageError extends Error {
  readonly problem: PageProblem;
  readonly status: number;
  /** For the log alone. */
  readonly detail: string | undefined;

  constructor(problem: PageProblem, detail?: string) {
    super(`page: ${problem.kind}`);
    this.name = "PageError";
    this.problem = problem;
    this.status = statuses[problem.kind];
    this.detail = detail;
  }
}
