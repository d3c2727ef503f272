import { findPeerTrust } from "../../clients/registry.js";
import type { OpenFlow } from "../../login/flow.js";
import {
  type AuthorizeRequest,
  findState,
  parseAuthorizeRequest,
  parseClientAndRedirect,
} from "../../oidc/authorize-request.js";
import { formatErrorResponse } from "../../oidc/authorize-response.js";
import { OAuthError } from "../../oidc/oauth-error.js";
import { PageError } from "../../oidc/page-error.js";
import { Parameters } from "../../oidc/parameters.js";
import { type RedirectTarget, resolveRedirect } from "../../oidc/redirect-uri.js";
import { routes } from "../../oidc/routes.js";
import { listAudiencePeers, requireTrustedPeers } from "../../oidc/scopes.js";
import { formatForm } from "../../platform/form.js";
import type { Client } from "../../records/client.js";
import { ensureBrowserSecret } from "./browser-cookie.js";
import type { Wish } from "./chooser.js";
import { startConnector } from "./connector.js";
import { type AuthorizeContext, browserSecret, responseContext } from "./context.js";
import { dispatch } from "./dispatch.js";
import { type BrowserReply, type BrowserRequest, refusalToClient, seeOther } from "./exchange.js";

const postedName = "posted";

/** `/auth`: a new authorization request, or a step that returns to the dispatcher. */
export async function authorize(context: AuthorizeContext, request: BrowserRequest): Promise<BrowserReply> {
  const sealed = request.query.find("flow");
  if (sealed !== undefined) {
    const open = await context.flows.open(sealed, browserSecret(context, request));
    return dispatch(context, request, open, findWish(request));
  }
  const posted = request.query.find(postedName);
  if (posted !== undefined) return begin(context, request, await context.flows.openRequest(posted));
  const parsed = await parseEntry(context, request);
  if ("refused" in parsed) return parsed.refused;
  return request.method === "POST" ? carryOver(context, parsed) : begin(context, request, parsed.request);
}

/** What the person did on a page that leads back here. */
function findWish({ query }: BrowserRequest): Wish {
  const address = query.find("login_hint");
  return { wantsOther: query.find("prompt") !== undefined, ...(address !== undefined && { address }) };
}

/** `/auth/{connector}`: chosen on our page (`flow`), or a deep link with a whole authorization request. */
export async function authorizeAtConnector(context: AuthorizeContext, request: BrowserRequest): Promise<BrowserReply> {
  const { connectorId = "" } = request;
  const pooled = context.connectors.find(connectorId);
  if (pooled === undefined) throw new PageError({ kind: "not-found" });
  const sealed = request.query.find("flow");
  if (sealed !== undefined) {
    return startConnector(context, request, await context.flows.open(sealed, browserSecret(context, request)), pooled);
  }
  const parsed = await parseEntry(context, request);
  if ("refused" in parsed) return parsed.refused;
  if (parsed.request.connectorId !== undefined && parsed.request.connectorId !== connectorId) {
    throw new PageError({ kind: "invalid-request", reason: "connector_id differs from the path." });
  }
  const pinned = { ...parsed.request, connectorId };
  return request.method === "POST"
    ? carryOver(context, { ...parsed, request: pinned })
    : begin(context, request, pinned);
}

interface CheckedEntry {
  readonly client: Client;
  readonly target: RedirectTarget;
  readonly request: AuthorizeRequest;
}

/** Client and redirect URI first: as long as they are not known to be good, errors are for the person alone. */
async function parseEntry(
  context: AuthorizeContext,
  { query, body }: BrowserRequest,
): Promise<CheckedEntry | { readonly refused: BrowserReply }> {
  const parameters = new Parameters([...body.pairs, ...query.pairs]);
  const { clientId, redirectUri } = parseClientAndRedirect(parameters);
  const client = clientId === undefined ? undefined : await context.clients.find(clientId);
  if (client === undefined) throw new PageError({ kind: "unknown-app", received: clientId ?? "" });
  const target = redirectUri === undefined ? undefined : resolveRedirect(client, redirectUri);
  if (redirectUri === undefined || target === undefined) {
    throw new PageError({
      kind: "bad-redirect",
      clientName: client.name,
      clientId: client.id,
      received: redirectUri ?? "",
    });
  }
  try {
    const request = parseAuthorizeRequest(parameters, { clientId: client.id, redirectUri }, context.oauth2.pkce);
    const trustedBy = await findPeerTrust(context.clients, listAudiencePeers(request.scopes));
    requireTrustedPeers(request.scopes, client.id, trustedBy);
    return { client, target, request };
  } catch (error) {
    if (error instanceof OAuthError) {
      const state = findState(parameters);
      return {
        refused: refuse(context, target, { clientId: client.id, ...(state !== undefined && { state }) }, error),
      };
    }
    throw error;
  }
}

function refuse(
  context: AuthorizeContext,
  target: RedirectTarget,
  { clientId, state }: Pick<AuthorizeRequest, "clientId" | "state">,
  error: OAuthError,
): BrowserReply {
  if (target.isOutOfBand) throw new PageError({ kind: "invalid-request", reason: error.description });
  return refusalToClient(formatErrorResponse(responseContext(context, target, state), error), error, clientId);
}

/** Starts the flow in this browser. Nothing is stored: a million of these leave no row behind (DESIGN wall 1). */
async function begin(
  context: AuthorizeContext,
  request: BrowserRequest,
  asked: AuthorizeRequest,
): Promise<BrowserReply> {
  const { secret, setCookies } = ensureBrowserSecret(request.cookies, context.issuer.isHttps, context.random);
  const sealed = context.flows.create(asked, secret);
  if (sealed === undefined) return tooLong(context, asked);
  const open: OpenFlow = await context.flows.open(sealed, secret);
  const reply = await dispatch(context, request, open);
  return { ...reply, cookies: [...setCookies, ...(reply.cookies ?? [])] };
}

/**
 * A cross-site POST carries no `Lax` cookie, so it can't be bound to its browser yet, and a new cookie would orphan the
 * flows of other tabs: the request goes on, sealed, as a GET of our own.
 */
function carryOver(context: AuthorizeContext, entry: CheckedEntry): BrowserReply {
  const sealed = context.flows.sealRequest(entry.request);
  if (sealed === undefined) return refuse(context, entry.target, entry.request, tooLongError());
  return seeOther(`${context.issuer.path}${routes.authorize}?${formatForm([[postedName, sealed]])}`);
}

async function tooLong(context: AuthorizeContext, asked: AuthorizeRequest): Promise<BrowserReply> {
  const client = await context.clients.find(asked.clientId);
  const target = client && resolveRedirect(client, asked.redirectUri);
  if (target === undefined) throw new PageError({ kind: "invalid-request", reason: tooLongError().description });
  return refuse(context, target, asked, tooLongError());
}

function tooLongError(): OAuthError {
  return new OAuthError("invalid_request", "The request is too long.");
}
