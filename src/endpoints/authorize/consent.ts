import { approve, createConsentMark } from "../../login/consent.js";
import { loginKey, type OpenFlow } from "../../login/flow.js";
import { listAudiencePeers } from "../../oidc/scopes.js";
import { renderConsent } from "../../pages/consent.js";
import type { OpenLogin } from "../../records/login.js";
import { type AuthorizeContext, browserSecret, dispatcherUrl, otherAccountUrl } from "./context.js";
import { type BrowserReply, type BrowserRequest, seeOther } from "./exchange.js";
import { alreadyDone, respondWithDenial } from "./respond.js";
import { keepsUpstream } from "./upstream-result.js";

/** `/approval`: shows what the client asks for, and takes the answer. `req` and `hmac` are Dex's names. */
export async function consent(context: AuthorizeContext, request: BrowserRequest): Promise<BrowserReply> {
  const sealed = request.body.find("req") ?? request.query.find("req");
  const open = await context.flows.open(sealed, browserSecret(context, request));
  const entry = await context.identify.stores.logins.find(loginKey(open.flow));
  if (entry?.record.state === "finished") throw alreadyDone(context, open);
  const mark = request.query.find("hmac");
  // Nobody logged in yet, or somebody else since the page was made: the dispatcher knows what comes next.
  if (entry === undefined || createConsentMark(open.flow, entry.record) !== mark) {
    return seeOther(dispatcherUrl(context, open.sealed));
  }
  return request.method === "GET"
    ? show(context, request, open, entry.record)
    : answer(context, request, { open, login: entry.record, mark });
}

async function answer(
  context: AuthorizeContext,
  request: BrowserRequest,
  page: { readonly open: OpenFlow; readonly login: OpenLogin; readonly mark: string },
): Promise<BrowserReply> {
  if (request.body.find("approval") !== "approve") return respondWithDenial(context, page.open, page.login);
  const outcome = await approve(context.identify.stores.logins, page.open.flow, page.mark);
  if (outcome === "finished") throw alreadyDone(context, page.open);
  return seeOther(dispatcherUrl(context, page.open.sealed));
}

function show(context: AuthorizeContext, request: BrowserRequest, open: OpenFlow, login: OpenLogin): BrowserReply {
  const { client, target } = open;
  const page = renderConsent({
    site: context.site,
    clientName: client.name,
    clientId: client.id,
    redirectHost: findHost(target.uri),
    person: { name: login.identity.username, email: login.identity.email },
    scopes: describeScopes(listGivenScopes(context, open, login), login, client.refreshPolicy.idleMs),
    action: request.url,
    flow: open.sealed,
    otherAccountUrl: otherAccountUrl(context, open.sealed),
  });
  return { page, status: 200 };
}

/** Empty where the app has no host: a scheme of its own, out of band, a path of ours. */
function findHost(uri: string): string {
  return /^https?:/i.test(uri) && URL.canParse(uri) ? new URL(uri).host : "";
}

/** Without `offline_access` where the connector yields no refresh tokens: nothing is promised that will not be given. */
function listGivenScopes(context: AuthorizeContext, open: OpenFlow, { connectorId }: OpenLogin): readonly string[] {
  const { scopes } = open.flow.request;
  const pooled = context.connectors.find(connectorId);
  const isKept = pooled !== undefined && keepsUpstream(context, open, pooled);
  return isKept ? scopes : scopes.filter((scope) => scope !== "offline_access");
}

/** What the client would learn and be able to do, with the person's real values. Scopes that open nothing are silent. */
function describeScopes(scopes: readonly string[], { identity }: OpenLogin, idleMs: number | undefined) {
  const described = [
    {
      scope: "profile",
      item: { kind: "profile", values: [identity.username, identity.preferredUsername].filter(Boolean) },
    },
    { scope: "email", item: { kind: "email", values: [identity.email].filter(Boolean) } },
    { scope: "groups", item: { kind: "groups", values: identity.groups } },
    { scope: "offline_access", item: { kind: "offline", values: [], ...(idleMs !== undefined && { idleMs }) } },
  ] as const;
  const asked = described.filter(({ scope }) => scopes.includes(scope)).map(({ item }) => item);
  const peers = listAudiencePeers(scopes);
  return peers.length === 0 ? asked : [...asked, { kind: "audience", values: peers } as const];
}
