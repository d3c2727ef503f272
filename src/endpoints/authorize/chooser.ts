import type { PooledConnector } from "../../connectors/pool.js";
import { createWayOn, type OpenFlow } from "../../login/flow.js";
import { PageError } from "../../oidc/page-error.js";
import { renderChooser } from "../../pages/chooser.js";
import { startConnector } from "./connector.js";
import { type AuthorizeContext, connectorUrl, dispatcherUrl, listAllowedConnectors } from "./context.js";
import type { BrowserReply, BrowserRequest } from "./exchange.js";

/** Sends the person to the one connector that is asked for or possible, or lets them choose. */
export async function chooseConnector(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  alwaysAsk: boolean,
): Promise<BrowserReply> {
  const allowed = listAllowedConnectors(context, open.client);
  if (allowed.length === 0) {
    throw new PageError({ kind: "invalid-request", reason: "No connectors available for this client." });
  }
  const pinned = open.flow.request.connectorId;
  if (pinned !== undefined) return startConnector(context, request, open, requirePinned(allowed, pinned));
  const [only] = allowed;
  const skipsChooser = !alwaysAsk && !context.oauth2.alwaysShowLoginScreen && allowed.length === 1;
  if (skipsChooser && only !== undefined) return startConnector(context, request, open, only);
  return showChooser(context, open, allowed);
}

function showChooser(context: AuthorizeContext, open: OpenFlow, allowed: readonly PooledConnector[]): BrowserReply {
  const byName = [...allowed].sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
  const page = renderChooser({
    site: context.site,
    clientName: open.client.name,
    clientId: open.client.id,
    connectors: byName.map((connector) => ({
      id: connector.id,
      name: connector.name,
      type: connector.type,
      url: connectorUrl(context, connector.id, open.sealed),
      reachable: "connector" in connector.state,
    })),
    retryUrl: dispatcherUrl(context, open.sealed),
    backUrl: createWayOn(open.flow.request, context.issuer.url).url,
  });
  return { page, status: 200 };
}

function requirePinned(allowed: readonly PooledConnector[], id: string): PooledConnector {
  const connector = allowed.find((candidate) => candidate.id === id);
  if (connector !== undefined) return connector;
  throw new PageError({
    kind: "invalid-request",
    reason: "connector_id does not name a connector that this client may use.",
  });
}
