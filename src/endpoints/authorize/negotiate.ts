import type { PooledConnector } from "../../connectors/pool.js";
import type { Connector, NegotiateResult } from "../../connectors/port.js";
import type { OpenFlow } from "../../login/flow.js";
import { PageError } from "../../oidc/page-error.js";
import { QueueFullError } from "../../platform/bounded-queue.js";
import { cookieName, formatCookie } from "../../platform/cookies.js";
import { askConnector, createUpstreamInput } from "./connector.js";
import { type AuthorizeContext, connectorUrl, listAllowedConnectors, otherAccountUrl } from "./context.js";
import type { BrowserReply, BrowserRequest, PageReply } from "./exchange.js";
import { denialUrl } from "./respond.js";
import { deniedUpstream } from "./upstream-result.js";

export type Negotiate = NonNullable<Connector["negotiate"]>;

/** A login at a connector that takes tickets. */
export interface TicketAttempt {
  readonly open: OpenFlow;
  readonly pooled: PooledConnector;
  readonly negotiate: Negotiate;
}

export interface TicketSteps {
  readonly showForm: () => PageReply;
  readonly arrive: (result: Extract<NegotiateResult, { outcome: "ok" }>) => Promise<BrowserReply>;
}

const busyRetrySeconds = 5;
const maxDetailLength = 200;
const askedCookie = "latchkey_negotiate";
/** A browser that has no ticket is not asked again at each reload: some show a window of their own for it. */
const askedSeconds = 60;

/** A login by what the browser sends of itself (RFC 4559), before the form is shown or instead of it. */
export async function negotiateLogin(
  context: AuthorizeContext,
  request: BrowserRequest,
  attempt: TicketAttempt,
  steps: TicketSteps,
): Promise<BrowserReply> {
  const secure = context.issuer.isHttps;
  const name = cookieName(askedCookie, secure);
  const result = await ask(context, request, attempt, request.cookies.has(name));
  if ("rejected" in result) reportRejected(context, attempt, result.rejected);
  switch (result.outcome) {
    case "form":
      return steps.showForm();
    case "challenge": {
      if (!result.showForm) throw ticketNeeded(context, attempt, result.challenge);
      const cookie = formatCookie(name, "1", { secure, maxAgeSeconds: askedSeconds });
      return { ...steps.showForm(), status: 401, challenge: result.challenge, cookies: [cookie] };
    }
    case "denied":
      throw deniedUpstream(context, attempt.open, attempt.pooled, result.detail);
    case "ok": {
      const { reply } = result;
      const challenge = reply === undefined ? {} : { challenge: `Negotiate ${reply}` };
      const forgotten = formatCookie(name, "", { secure, maxAgeSeconds: 0 });
      return { ...(await steps.arrive(result)), ...challenge, cookies: [forgotten] };
    }
  }
}

async function ask(
  context: AuthorizeContext,
  request: BrowserRequest,
  { open, pooled, negotiate }: TicketAttempt,
  wasAsked: boolean,
): Promise<NegotiateResult> {
  const { scopes } = createUpstreamInput(context, open, pooled);
  const [authorization, ...more] = request.headerLines("authorization");
  // Of two nobody can say which counts.
  const input = { scopes, authorization: more.length === 0 ? authorization : undefined, wasAsked };
  try {
    return await askConnector(context, open, pooled, negotiate(input));
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    throw new PageError({ kind: "busy", retryUrl: request.url, retryAfter: busyRetrySeconds });
  }
}

function reportRejected(context: AuthorizeContext, { open, pooled }: TicketAttempt, detail: string | undefined): void {
  if (detail === undefined) return;
  // A stranger's token may hold a name of any length.
  const told = detail.slice(0, maxDetailLength);
  const [clientId, connectorId] = [open.client.id, pooled.id];
  context.report({ type: "login.failed", clientId, connectorId, reason: "bad-ticket", detail: told });
}

/** Browsers that have a ticket never show it: they answer the challenge themselves. */
function ticketNeeded(context: AuthorizeContext, { open, pooled }: TicketAttempt, challenge: string): PageError {
  return new PageError({
    kind: "ticket-needed",
    challenge,
    clientName: open.client.name,
    clientId: open.client.id,
    connectorName: pooled.name,
    retryUrl: connectorUrl(context, pooled.id, open.sealed),
    ...(listAllowedConnectors(context, open.client).length > 1 && {
      otherAccountUrl: otherAccountUrl(context, open.sealed),
    }),
    backUrl: denialUrl(context, open, "The person could not sign in."),
  });
}
