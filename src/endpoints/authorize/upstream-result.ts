import { findRefusal } from "../../clients/gate.js";
import type { PooledConnector } from "../../connectors/pool.js";
import type { OpenFlow } from "../../login/flow.js";
import { PageError } from "../../oidc/page-error.js";
import { type AuthorizeContext, connectorUrl, otherAccountUrl } from "./context.js";
import { denialUrl } from "./respond.js";

/** The page for a person whom the upstream, or a rule of the connector, has turned away; with the way back to the app. */
export function deniedUpstream(
  context: AuthorizeContext,
  open: OpenFlow,
  pooled: PooledConnector,
  detail: string,
  username?: string,
): PageError {
  context.report({
    type: "login.failed",
    clientId: open.client.id,
    connectorId: pooled.id,
    reason: "denied-upstream",
    detail,
    ...(username !== undefined && { username: cutUsername(username) }),
  });
  return new PageError(
    {
      kind: "denied-upstream",
      clientName: open.client.name,
      clientId: open.client.id,
      connectorName: pooled.name,
      retryUrl: connectorUrl(context, pooled.id, open.sealed),
      otherAccountUrl: otherAccountUrl(context, open.sealed),
      backUrl: denialUrl(context, open, "The sign-in service did not let the person in."),
    },
    detail,
  );
}

/** What a person typed, as it goes into the log. */
export function cutUsername(username: string): string {
  return username.slice(0, 64);
}

/** Whether this login may be asked for again without the person, and so what the connector left is kept (Dex §4.1). */
export function keepsUpstream(context: AuthorizeContext, { flow, client }: OpenFlow, pooled: PooledConnector): boolean {
  const canRefresh = "connector" in pooled.state && pooled.state.connector.refresh !== undefined;
  const refusal = findRefusal({
    client,
    connector: pooled,
    grantType: "refresh_token",
    serverGrantTypes: context.oauth2.grantTypes,
  });
  return canRefresh && flow.request.scopes.includes("offline_access") && refusal === undefined;
}
