import { findRefusal, type GateRefusal } from "../../clients/gate.js";
import type { ClientRegistry } from "../../clients/registry.js";
import type { ConnectorPool, PooledConnector } from "../../connectors/pool.js";
import type { IssueCode } from "../../grants/issue-code.js";
import type { Flow, Flows } from "../../login/flow.js";
import type { IdentifyOptions } from "../../login/identify.js";
import type { ResponseContext } from "../../oidc/authorize-response.js";
import type { PkceRules } from "../../oidc/pkce.js";
import type { RedirectTarget } from "../../oidc/redirect-uri.js";
import { connectorPath, routes } from "../../oidc/routes.js";
import type { ConnectorPicture } from "../../pages/chooser.js";
import type { Site } from "../../pages/site.js";
import type { Clock } from "../../platform/clock.js";
import type { ReportEvent, RequestOrigin } from "../../platform/events.js";
import { formatForm } from "../../platform/form.js";
import type { Random } from "../../platform/random.js";
import type { Pause } from "../../platform/within-time.js";
import type { Client } from "../../records/client.js";
import { findBrowserSecret } from "./browser-cookie.js";
import type { BrowserReply, BrowserRequest } from "./exchange.js";

/** Everything that the steps of a login share. Built once, by `server/`. */
export interface AuthorizeContext {
  readonly issuer: { readonly url: string; readonly path: string; readonly isHttps: boolean };
  readonly site: Site;
  readonly clients: ClientRegistry;
  readonly connectors: ConnectorPool;
  /** What stands beside the name of a connector, by its id. */
  readonly pictures: ReadonlyMap<string, ConnectorPicture>;
  readonly flows: Flows;
  readonly identify: IdentifyOptions;
  readonly issueCode: IssueCode;
  readonly oauth2: {
    readonly skipApprovalScreen: boolean;
    readonly alwaysShowLoginScreen: boolean;
    readonly pkce: PkceRules;
    readonly grantTypes: readonly string[];
  };
  readonly clock: Clock;
  readonly pause: Pause;
  readonly random: Random;
  readonly report: ReportEvent;
  /** Shares the outcome of one upstream answer that arrives several times at once. */
  readonly onceByAnswer: (key: string, work: () => Promise<BrowserReply>) => Promise<BrowserReply>;
  /** Logs what went wrong with an upstream; the person sees no detail. */
  readonly logUpstreamError: (connectorId: string, error: unknown) => void;
}

/** The same context for one request: its events tell where they came from. */
export function withOrigin(context: AuthorizeContext, origin: RequestOrigin): AuthorizeContext {
  const report: ReportEvent = (event) => context.report(event, origin);
  return { ...context, report, identify: { ...context.identify, report } };
}

export function browserSecret(context: AuthorizeContext, request: BrowserRequest): string | undefined {
  return findBrowserSecret(request.cookies, context.issuer.isHttps);
}

/** What the gate says of this client and connector at the browser's side; `groups` once the person is known. */
export function findLoginRefusal(
  context: AuthorizeContext,
  client: Client,
  connector: Pick<PooledConnector, "id" | "grantTypes">,
  groups?: readonly string[],
): GateRefusal | undefined {
  return findRefusal({
    client,
    connector,
    grantType: "authorization_code",
    serverGrantTypes: context.oauth2.grantTypes,
    ...(groups !== undefined && { groups }),
  });
}

/** The connectors that this client may use, in the order of the config. */
export function listAllowedConnectors(context: AuthorizeContext, client: Client): readonly PooledConnector[] {
  return context.connectors.list().filter((connector) => findLoginRefusal(context, client, connector) === undefined);
}

/** Links between the steps. Path-relative to the host, as Dex's: the issuer's path is the path that browsers see. */
export function dispatcherUrl(
  context: AuthorizeContext,
  sealed: string,
  extra: readonly (readonly [string, string])[] = [],
): string {
  return `${dispatcherPath(context)}?${formatForm([["flow", sealed], ...extra])}`;
}

/** For a form that carries the flow in a field. */
export function dispatcherPath(context: AuthorizeContext): string {
  return `${context.issuer.path}${routes.authorize}`;
}

export function connectorUrl(context: AuthorizeContext, connectorId: string, sealed: string): string {
  return `${context.issuer.path}${connectorPath(connectorId)}?${formatForm([["flow", sealed]])}`;
}

export function passwordUrl(context: AuthorizeContext, connectorId: string, sealed: string): string {
  return `${context.issuer.path}${connectorPath(connectorId)}/login?${formatForm([["flow", sealed]])}`;
}

export function approvalUrl(context: AuthorizeContext, sealed: string, mark: string): string {
  return `${context.issuer.path}${routes.approval}?${formatForm([
    ["req", sealed],
    ["hmac", mark],
  ])}`;
}

/** Shows the chooser for a flow that may have a login already: "Not you?", "Use another account". */
export function otherAccountUrl(context: AuthorizeContext, sealed: string): string {
  return dispatcherUrl(context, sealed, [["prompt", "select_account"]]);
}

export function responseContext(
  context: AuthorizeContext,
  target: RedirectTarget,
  state: string | undefined,
): ResponseContext {
  return { target, issuer: context.issuer.url, ...(state !== undefined && { state }) };
}

export function responseContextOf(
  context: AuthorizeContext,
  open: { readonly flow: Flow; readonly target: RedirectTarget },
): ResponseContext {
  return responseContext(context, open.target, open.flow.request.state);
}
