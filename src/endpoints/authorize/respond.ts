import { finish } from "../../login/consent.js";
import { createWayOn, loginKey, type OpenFlow } from "../../login/flow.js";
import { formatCodeResponse, formatErrorResponse } from "../../oidc/authorize-response.js";
import { OAuthError } from "../../oidc/oauth-error.js";
import { PageError } from "../../oidc/page-error.js";
import { createSubject } from "../../oidc/subject.js";
import { renderCode } from "../../pages/code.js";
import type { OpenLogin } from "../../records/login.js";
import { type AuthorizeContext, dispatcherUrl, responseContextOf } from "./context.js";
import { type BrowserReply, refusalToClient, seeOther, toClient } from "./exchange.js";

/**
 * Ends the flow and hands the code to the client. The login row is closed first: a crash before the grant is stored
 * leaves a flow that gives nothing, never one that gives two codes.
 */
export async function respondWithCode(
  context: AuthorizeContext,
  open: OpenFlow,
  login: OpenLogin,
): Promise<BrowserReply> {
  const { logins } = context.identify.stores;
  const ended = await finish(logins, open.flow, (current) => current.generation === login.generation);
  if (ended === undefined) return resumeOrStop(context, open);
  const { request, id: flowId } = open.flow;
  const code = await context.issueCode({
    flowId,
    clientId: open.client.id,
    redirectUri: request.redirectUri,
    scopes: request.scopes,
    connectorId: ended.connectorId,
    identity: ended.identity,
    authenticatedAt: ended.authenticatedAt,
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(request.codeChallenge !== undefined && { codeChallenge: request.codeChallenge }),
    ...(ended.upstream !== undefined && { upstream: ended.upstream }),
  });
  if (code === undefined) throw alreadyDone(context, open);
  if (ended.consented) {
    const subject = createSubject(ended.identity.userId, ended.connectorId);
    context.report({ type: "consent.granted", clientId: open.client.id, subject, scopes: request.scopes });
  }
  if (open.target.isOutOfBand) {
    return {
      page: renderCode({ site: context.site, clientName: open.client.name, clientId: open.client.id, code }),
      status: 200,
    };
  }
  return toClient(formatCodeResponse(responseContextOf(context, open), code));
}

/** Tells the client no. Out of band there is nobody to tell: the person is. */
export function respondWithError(context: AuthorizeContext, open: OpenFlow, error: OAuthError): BrowserReply {
  if (open.target.isOutOfBand) throw new PageError({ kind: "invalid-request", reason: error.description });
  return refusalToClient(formatErrorResponse(responseContextOf(context, open), error), error, open.client.id);
}

/** The way back for somebody who was turned away: the client learns of it. Empty where there is no way back. */
export function denialUrl(context: AuthorizeContext, open: OpenFlow, description: string): string {
  if (open.target.isOutOfBand) return "";
  return formatErrorResponse(responseContextOf(context, open), new OAuthError("access_denied", description));
}

/** The person said no at the consent page: the flow ends, the upstream's credential goes, the client is told. */
export async function respondWithDenial(
  context: AuthorizeContext,
  open: OpenFlow,
  login: OpenLogin,
): Promise<BrowserReply> {
  const { logins, upstreams } = context.identify.stores;
  const ended = await finish(logins, open.flow, (current) => current.generation === login.generation);
  if (ended === undefined) return resumeOrStop(context, open);
  if (ended.upstream !== undefined) await upstreams.remove(ended.upstream);
  context.report({
    type: "consent.denied",
    clientId: open.client.id,
    subject: createSubject(ended.identity.userId, ended.connectorId),
  });
  return respondWithError(context, open, new OAuthError("access_denied", "The person did not allow it."));
}

/** Another request was faster: either it ended the flow, or it brought another login that wants its own consent. */
async function resumeOrStop(context: AuthorizeContext, open: OpenFlow): Promise<BrowserReply> {
  const entry = await context.identify.stores.logins.find(loginKey(open.flow));
  if (entry?.record.state === "finished") throw alreadyDone(context, open);
  return seeOther(dispatcherUrl(context, open.sealed));
}

export function alreadyDone(context: AuthorizeContext, open: OpenFlow): PageError {
  return new PageError({
    kind: "already-done",
    clientName: open.client.name,
    startAgain: createWayOn(open.flow.request, context.issuer.url),
  });
}
