import type { PooledConnector } from "../../connectors/pool.js";
import type { Connector, HeaderLogin, LoginResult } from "../../connectors/port.js";
import { deriveFromFlow, loginKey, type OpenFlow } from "../../login/flow.js";
import { identify } from "../../login/identify.js";
import { PageError } from "../../oidc/page-error.js";
import type { Parameters } from "../../oidc/parameters.js";
import { renderRepost } from "../../pages/repost.js";
import { keyedHash } from "../../platform/hashing.js";
import { askInTime } from "./ask-in-time.js";
import { createUpstreamInput, requireConnector, unavailable } from "./connector.js";
import { type AuthorizeContext, browserSecret, dispatcherUrl, findLoginRefusal } from "./context.js";
import { type BrowserReply, type BrowserRequest, seeOther } from "./exchange.js";
import { alreadyDone } from "./respond.js";
import { findState, isHandle } from "./state-cookie.js";
import { deniedUpstream, keepsUpstream } from "./upstream-result.js";

/** Marks a POST that our own page has sent again, so that it now carries the browser's cookies. */
const repostedName = "latchkey_reposted";

interface Answer {
  readonly open: OpenFlow;
  readonly pooled: PooledConnector;
  readonly hash: string;
  /** Asks the connector what the answer means. */
  readonly ask: () => Promise<LoginResult>;
}

/** `/callback`: the upstream's answer, by GET or by a cross-site POST. */
export async function callback(context: AuthorizeContext, request: BrowserRequest): Promise<BrowserReply> {
  // A cross-site POST carries no Lax cookie: it is never judged as it arrives, but sent again from a page of ours.
  if (request.method === "POST" && !request.body.has(repostedName))
    return { page: repost(context, request), status: 200 };
  const answer = await openAnswer(context, request);
  return context.onceByAnswer(`${loginKey(answer.open.flow)} ${answer.hash}`, () => receive(context, answer));
}

async function openAnswer(context: AuthorizeContext, request: BrowserRequest): Promise<Answer> {
  const parameters = request.method === "GET" ? request.query : request.body;
  const state = parameters.find("state") ?? parameters.find("RelayState");
  const secure = context.issuer.isHttps;
  const sealed = state !== undefined && isHandle(state) ? findState(request.cookies, state, secure) : state;
  const open = await context.flows.openState(sealed, browserSecret(context, request));
  const pooled = context.connectors.find(open.sentTo);
  if (
    pooled === undefined ||
    isAstray(context, request, pooled, parameters) ||
    findLoginRefusal(context, open.client, pooled) !== undefined
  ) {
    throw new PageError({
      kind: "invalid-request",
      reason: "The answer came from a sign-in service that was not asked.",
    });
  }
  const { login } = requireConnector(context, open, pooled);
  const ask = prepareQuestion(context, request, { open, pooled, login });
  const told = login.kind === "header" ? readHeaders(request, login) : collectFields(parameters);
  const hash = keyedHash(deriveFromFlow(open.flow, "upstream answer"), pooled.id, JSON.stringify([...told].sort()));
  return { open, pooled, hash, ask };
}

/**
 * Whether the answer is another upstream's: it came on another connector's path, or says that it is somebody else's
 * (RFC 9207; RFC 9700 section 4.4). The code in it must not reach this connector's token endpoint.
 */
function isAstray(
  context: AuthorizeContext,
  request: BrowserRequest,
  pooled: PooledConnector,
  parameters: Parameters,
): boolean {
  if (request.connectorId !== pooled.id && (request.connectorId !== undefined || pooled.hasOwnCallback === true))
    return true;
  const issuer = parameters.find("iss");
  if (issuer === undefined || isIssuerOf(pooled, issuer)) return false;
  return context.connectors.list().some((other) => isIssuerOf(other, issuer));
}

function isIssuerOf({ state }: PooledConnector, issuer: string): boolean {
  return "connector" in state && (state.connector.issuers?.() ?? []).includes(issuer);
}

interface Question {
  readonly open: OpenFlow;
  readonly pooled: PooledConnector;
  readonly login: Connector["login"];
}

/** Throws where the answer did not come the way on which this connector sends people back. */
function prepareQuestion(context: AuthorizeContext, request: BrowserRequest, question: Question): Answer["ask"] {
  const { open, pooled, login } = question;
  const input = createUpstreamInput(context, open, pooled);
  // Only `/callback/{id}` is behind the proxy: on the bare path anybody could send its headers (dex-connectors O-24).
  if (login.kind === "header" && request.method === "GET" && request.connectorId === pooled.id) {
    const { scopes } = input;
    return () => login.check({ scopes, headers: readHeaders(request, login), peer: request.peer });
  }
  if (login.kind === "redirect" && request.method === "GET") {
    return () => login.finish({ ...input, fields: collectFields(request.query) });
  }
  if (login.kind === "formPost" && request.method === "POST") {
    return () => login.finish({ ...input, fields: collectFields(request.body) });
  }
  const reason = "The answer of the sign-in service came in an unexpected way.";
  throw new PageError({ kind: "invalid-request", reason });
}

/** A proxy writes each header once. A second line is one that came past it: nobody can say which counts. */
function readHeaders(request: BrowserRequest, { headers }: HeaderLogin): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const name of headers) {
    const [value, ...more] = request.headerLines(name);
    if (more.length > 0)
      throw new PageError({ kind: "invalid-request", reason: "The request holds a header of the proxy twice." });
    if (value !== undefined) read.set(name, value);
  }
  return read;
}

/** The same answer again (reload, double click) goes on where the login stands: the upstream takes its code only once. */
async function receive(context: AuthorizeContext, answer: Answer): Promise<BrowserReply> {
  if (await isKnown(context, answer)) return seeOther(dispatcherUrl(context, answer.open.sealed));
  const result = await askUpstream(context, answer);
  if (result === undefined) return seeOther(dispatcherUrl(context, answer.open.sealed));
  const { open, pooled } = answer;
  if (result.outcome !== "ok")
    throw deniedUpstream(context, open, pooled, result.outcome === "denied" ? result.detail : result.outcome);
  const state = await identify(context.identify, {
    flow: open.flow,
    connectorId: pooled.id,
    result,
    answer: answer.hash,
    keepUpstream: keepsUpstream(context, open, pooled),
  });
  if (state === "finished") throw alreadyDone(context, open);
  return seeOther(dispatcherUrl(context, open.sealed));
}

async function isKnown(context: AuthorizeContext, { open, hash }: Answer): Promise<boolean> {
  const entry = await context.identify.stores.logins.find(loginKey(open.flow));
  if (entry?.record.state === "finished") throw alreadyDone(context, open);
  return entry?.record.answer === hash;
}

/** Undefined where another replica took the same answer meanwhile: its login stands. */
async function askUpstream(context: AuthorizeContext, answer: Answer): Promise<LoginResult | undefined> {
  const { open, pooled } = answer;
  try {
    return await askInTime(context, answer.ask());
  } catch (error) {
    if (await isKnown(context, answer)) return undefined;
    context.logUpstreamError(pooled.id, error);
    throw unavailable(context, open, pooled, "upstream-error");
  }
}

function collectFields(parameters: Parameters): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name] of parameters.pairs) {
    const value = parameters.find(name);
    if (value !== undefined && name !== repostedName) fields.set(name, value);
  }
  return fields;
}

function repost(context: AuthorizeContext, request: BrowserRequest) {
  return renderRepost({
    site: context.site,
    action: request.url,
    fields: [...request.body.pairs, [repostedName, "1"]],
  });
}
