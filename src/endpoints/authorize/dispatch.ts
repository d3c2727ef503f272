import type { GateRefusal } from "../../clients/gate.js";
import { createConsentMark } from "../../login/consent.js";
import { loginKey, type OpenFlow } from "../../login/flow.js";
import { nextStep } from "../../login/next-step.js";
import { OAuthError } from "../../oidc/oauth-error.js";
import { PageError } from "../../oidc/page-error.js";
import { createSubject } from "../../oidc/subject.js";
import type { OpenLogin } from "../../records/login.js";
import { chooseConnector, type Wish } from "./chooser.js";
import { type AuthorizeContext, approvalUrl, findLoginRefusal, otherAccountUrl } from "./context.js";
import { type BrowserReply, type BrowserRequest, seeOther } from "./exchange.js";
import { alreadyDone, denialUrl, respondWithCode, respondWithError } from "./respond.js";

/** The dispatcher: every step returns here and is sent on from here. */
export async function dispatch(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  wish: Wish = { wantsOther: false },
): Promise<BrowserReply> {
  const entry = await context.identify.stores.logins.find(loginKey(open.flow));
  if (entry?.record.state === "finished") throw alreadyDone(context, open);
  // Whoever types an address has seen the chooser: another login than the one that may be there is wanted.
  const login = wish.wantsOther || wish.address !== undefined ? undefined : entry?.record;
  const next = nextStep({
    prompt: open.flow.request.prompt,
    forceApproval: open.flow.request.forceApproval,
    skipApproval: context.oauth2.skipApprovalScreen,
    ...(login !== undefined && { login: { consented: login.consented, ...refusalOf(context, open, login) } }),
  });
  if (next.step === "refuse")
    return respondWithError(context, open, new OAuthError(next.error, "The person would have to be asked."));
  if (next.step === "login" || login === undefined) return chooseConnector(context, request, open, wish);
  if (next.step === "turn-away") throw turnedAway(context, open, login, next.refusal);
  if (next.step === "consent") return seeOther(approvalUrl(context, open.sealed, createConsentMark(open.flow, login)));
  return respondWithCode(context, open, login);
}

function refusalOf(context: AuthorizeContext, open: OpenFlow, login: OpenLogin) {
  // A connector that left the config meanwhile is as good as one that is not allowed.
  const connector = context.connectors.find(login.connectorId);
  const refusal =
    connector === undefined
      ? "connector-not-allowed"
      : findLoginRefusal(context, open.client, connector, login.identity.groups);
  return refusal === undefined ? {} : { refusal };
}

function turnedAway(context: AuthorizeContext, open: OpenFlow, login: OpenLogin, rule: GateRefusal): PageError {
  const connector = context.connectors.find(login.connectorId);
  context.report({
    type: "login.failed",
    clientId: open.client.id,
    connectorId: login.connectorId,
    reason: "not-allowed",
    subject: createSubject(login.identity.userId, login.connectorId),
  });
  const problem = {
    kind: "not-allowed",
    clientName: open.client.name,
    clientId: open.client.id,
    account: `${login.identity.email || login.identity.username}, ${connector?.name ?? login.connectorId}`,
    otherAccountUrl: otherAccountUrl(context, open.sealed),
    backUrl: denialUrl(context, open, "The account may not use this client."),
  } as const;
  return new PageError(problem, rule);
}
