import type { PooledConnector } from "../../connectors/pool.js";
import type { Connector, StartInput } from "../../connectors/port.js";
import { createWayOn, deriveFromFlow, type OpenFlow } from "../../login/flow.js";
import { OAuthError } from "../../oidc/oauth-error.js";
import { PageError } from "../../oidc/page-error.js";
import { issuerUrl, routes } from "../../oidc/routes.js";
import { renderPostOut } from "../../pages/post-out.js";
import { QueueFullError } from "../../platform/bounded-queue.js";
import { askInTime } from "./ask-in-time.js";
import { type AuthorizeContext, connectorUrl, findLoginRefusal, passwordUrl } from "./context.js";
import { type BrowserReply, type BrowserRequest, seeOther } from "./exchange.js";
import { respondWithError } from "./respond.js";
import { storeState } from "./state-cookie.js";

/** Begins the login at one connector: our own form, or the way to the upstream. */
export async function startConnector(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  pooled: PooledConnector,
): Promise<BrowserReply> {
  if (findLoginRefusal(context, open.client, pooled) !== undefined) {
    throw new PageError({ kind: "invalid-request", reason: "Connector not allowed for this client." });
  }
  const { login } = requireConnector(context, open, pooled);
  if (login.kind === "password") return seeOther(passwordUrl(context, pooled.id, open.sealed));
  if (login.kind === "header") return toProxy(context, open, pooled);
  const carried = carryState(context, request, open, pooled.id, login.stateLimit);
  if (carried === undefined) {
    return respondWithError(
      context,
      open,
      new OAuthError("invalid_request", "The request is too long for this sign-in service."),
    );
  }
  try {
    const { loginHint } = open.flow.request;
    const start = await login.start({
      ...createUpstreamInput(context, open, pooled),
      state: carried.state,
      ...(loginHint !== undefined && { loginHint }),
    });
    const { setCookies: cookies } = carried;
    if ("url" in start) return { location: start.url, status: 302, cookies };
    return { page: renderPostOut({ site: context.site, ...start }), status: 200, cookies };
  } catch (error) {
    context.logUpstreamError(pooled.id, error);
    throw unavailable(context, open, pooled, "upstream-error");
  }
}

/** The proxy guards the connector's own callback alone: whoever comes back from there has been logged in by it. */
function toProxy(context: AuthorizeContext, open: OpenFlow, pooled: PooledConnector): BrowserReply {
  const url = new URL(ownCallbackUrl(context, pooled));
  url.searchParams.set("state", context.flows.sealState(open.flow, pooled.id));
  return { location: url.href, status: 302 };
}

/** The opened connector, or the page that says that it can't be reached just now. */
export function requireConnector(context: AuthorizeContext, open: OpenFlow, pooled: PooledConnector): Connector {
  if ("connector" in pooled.state) return pooled.state.connector;
  throw unavailable(context, open, pooled, "unavailable");
}

/** What a connector says of a login, or the page that says that it can't. Who has to wait is for the caller to tell. */
export async function askConnector<T>(
  context: AuthorizeContext,
  open: OpenFlow,
  pooled: PooledConnector,
  work: Promise<T>,
): Promise<T> {
  try {
    return await askInTime(context, work);
  } catch (error) {
    if (error instanceof QueueFullError) throw error;
    context.logUpstreamError(pooled.id, error);
    throw unavailable(context, open, pooled, "upstream-error");
  }
}

export function unavailable(
  context: AuthorizeContext,
  open: OpenFlow,
  pooled: PooledConnector,
  reason: "unavailable" | "upstream-error",
): PageError {
  const { id: connectorId } = pooled;
  context.report({ type: "login.failed", clientId: open.client.id, connectorId, reason });
  return new PageError({
    kind: "connector-unavailable",
    connectorName: pooled.name,
    retryUrl: connectorUrl(context, connectorId, open.sealed),
    startAgain: createWayOn(open.flow.request, context.issuer.url),
  });
}

/** The same at the start and at the finish of a login with a connector. */
export function createUpstreamInput(
  context: AuthorizeContext,
  open: OpenFlow,
  pooled: PooledConnector,
): Omit<StartInput, "state"> {
  const { scopes } = open.flow.request;
  return {
    // The gate may need groups that the client did not ask for.
    scopes: {
      offlineAccess: scopes.includes("offline_access"),
      groups: scopes.includes("groups") || open.client.allowedGroups !== undefined,
    },
    callbackUrl: pooled.hasOwnCallback
      ? ownCallbackUrl(context, pooled)
      : issuerUrl(context.issuer.url, routes.callback),
    derive: (purpose) => deriveFromFlow(open.flow, `upstream ${pooled.id} ${purpose}`),
  };
}

function ownCallbackUrl(context: AuthorizeContext, { id }: PooledConnector): string {
  return issuerUrl(context.issuer.url, `${routes.callback}/${encodeURIComponent(id)}`);
}

/** The sealed state itself where the upstream hands back so much, else a handle and a cookie. */
function carryState(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  connectorId: string,
  limit: number,
): { readonly state: string; readonly setCookies: readonly string[] } | undefined {
  const sealed = context.flows.sealState(open.flow, connectorId);
  if (sealed.length <= limit) return { state: sealed, setCookies: [] };
  const now = context.clock();
  const stored = storeState(request.cookies, sealed, {
    secure: context.issuer.isHttps,
    random: context.random,
    now,
    maxAgeSeconds: Math.max(1, Math.ceil((open.flow.expiresAt - now) / 1_000)),
  });
  return stored && { state: stored.handle, setCookies: stored.setCookies };
}
