import type { PooledConnector } from "../../connectors/pool.js";
import { createWayOn, type OpenFlow } from "../../login/flow.js";
import { PageError } from "../../oidc/page-error.js";
import { type ChooserConnector, renderChooser } from "../../pages/chooser.js";
import { findEmailDomain } from "../../platform/email-domain.js";
import { startConnector } from "./connector.js";
import {
  type AuthorizeContext,
  connectorUrl,
  dispatcherPath,
  dispatcherUrl,
  listAllowedConnectors,
} from "./context.js";
import type { BrowserReply, BrowserRequest } from "./exchange.js";

/** What the person did on the page before. */
export interface Wish {
  /** "Use another account": show all ways. */
  readonly wantsOther: boolean;
  /** Typed into the chooser. */
  readonly address?: string;
}

/** Sends the person to the one connector that is asked for or possible, or lets them choose. */
export async function chooseConnector(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  wish: Wish,
): Promise<BrowserReply> {
  const allowed = listAllowedConnectors(context, open.client);
  if (allowed.length === 0) {
    throw new PageError({ kind: "invalid-request", reason: "No connectors available for this client." });
  }
  const { connectorId: pinned, prompt, loginHint } = open.flow.request;
  if (pinned !== undefined) return startConnector(context, request, open, requirePinned(allowed, pinned));
  if (wish.address !== undefined) return followAddress(context, request, open, { allowed, address: wish.address });
  const mustAsk = wish.wantsOther || prompt.includes("select_account") || context.oauth2.alwaysShowLoginScreen;
  const [only] = allowed.length === 1 ? allowed : [findByAddress(allowed, loginHint ?? "")];
  return mustAsk || only === undefined
    ? showChooser(context, open, allowed)
    : startConnector(context, request, open, only);
}

interface Typed {
  readonly allowed: readonly PooledConnector[];
  readonly address: string;
}

/**
 * Only the domain decides, and all that is not known gets one answer: who has an account is not told. The address goes on
 * as `login_hint`, so that nobody has to type it twice.
 */
async function followAddress(
  context: AuthorizeContext,
  request: BrowserRequest,
  open: OpenFlow,
  { allowed, address }: Typed,
): Promise<BrowserReply> {
  const connector = findByAddress(allowed, address);
  if (connector === undefined) return showChooser(context, open, allowed, address);
  return startConnector(context, request, context.flows.withLoginHint(open, address.trim()) ?? open, connector);
}

function findByAddress(allowed: readonly PooledConnector[], address: string): PooledConnector | undefined {
  const domain = findEmailDomain(address);
  return domain === undefined ? undefined : allowed.find(({ emailDomains }) => emailDomains?.includes(domain));
}

/** `refused`: the address that was typed and leads nowhere. */
function showChooser(
  context: AuthorizeContext,
  open: OpenFlow,
  allowed: readonly PooledConnector[],
  refused?: string,
): BrowserReply {
  const byName = [...allowed].sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
  const page = renderChooser({
    site: context.site,
    clientName: open.client.name,
    clientId: open.client.id,
    connectors: byName.map((connector) => toChoice(context, open, connector)),
    ...(allowed.some(({ emailDomains }) => emailDomains !== undefined) && {
      addressField: {
        action: dispatcherPath(context),
        flow: open.sealed,
        address: refused ?? open.flow.request.loginHint ?? "",
        isUnknown: refused !== undefined,
      },
    }),
    retryUrl: dispatcherUrl(context, open.sealed),
    backUrl: createWayOn(open.flow.request, context.issuer.url).url,
  });
  return { page, status: refused === undefined ? 200 : 400 };
}

function toChoice(
  context: AuthorizeContext,
  open: OpenFlow,
  { id, name, type, state }: PooledConnector,
): ChooserConnector {
  const picture = context.pictures.get(id);
  return {
    ...{ id, name, type },
    url: connectorUrl(context, id, open.sealed),
    reachable: "connector" in state,
    ...(picture !== undefined && { picture }),
  };
}

function requirePinned(allowed: readonly PooledConnector[], id: string): PooledConnector {
  const connector = allowed.find((candidate) => candidate.id === id);
  if (connector !== undefined) return connector;
  throw new PageError({
    kind: "invalid-request",
    reason: "connector_id does not name a connector that this client may use.",
  });
}
