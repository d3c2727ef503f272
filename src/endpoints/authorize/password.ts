import type { PooledConnector } from "../../connectors/pool.js";
import type { LoginResult, PasswordLogin } from "../../connectors/port.js";
import { deriveFromFlow, loginKey, type OpenFlow } from "../../login/flow.js";
import { identify } from "../../login/identify.js";
import { PageError } from "../../oidc/page-error.js";
import { type PasswordProblem, renderPassword } from "../../pages/password.js";
import { QueueFullError } from "../../platform/bounded-queue.js";
import { keyedHash } from "../../platform/hashing.js";
import { askConnector, createUpstreamInput, requireConnector } from "./connector.js";
import {
  type AuthorizeContext,
  browserSecret,
  dispatcherUrl,
  findLoginRefusal,
  listAllowedConnectors,
  otherAccountUrl,
} from "./context.js";
import { type BrowserReply, type BrowserRequest, type PageReply, seeOther } from "./exchange.js";
import { type Negotiate, negotiateLogin } from "./negotiate.js";
import { alreadyDone } from "./respond.js";
import { cutUsername, deniedUpstream, keepsUpstream } from "./upstream-result.js";

/** Seconds after which a person may try again when too many passwords are being checked. */
const busyRetrySeconds = 5;

interface Attempt {
  readonly open: OpenFlow;
  readonly pooled: PooledConnector;
  readonly login: PasswordLogin;
  readonly negotiate: Negotiate | undefined;
}

/** `/auth/{connector}/login`: the password form and its answer. */
export async function passwordLogin(context: AuthorizeContext, request: BrowserRequest): Promise<BrowserReply> {
  const attempt = await openAttempt(context, request);
  const entry = await context.identify.stores.logins.find(loginKey(attempt.open.flow));
  if (entry?.record.state === "finished") throw alreadyDone(context, attempt.open);
  return request.method === "GET" ? begin(context, request, attempt) : submit(context, request, attempt);
}

function begin(
  context: AuthorizeContext,
  request: BrowserRequest,
  attempt: Attempt,
): BrowserReply | Promise<BrowserReply> {
  const { negotiate } = attempt;
  if (negotiate === undefined) return showForm(context, request, attempt, {});
  return negotiateLogin(
    context,
    request,
    { ...attempt, negotiate },
    { showForm: () => showForm(context, request, attempt, {}), arrive: (result) => arrive(context, attempt, result) },
  );
}

async function openAttempt(context: AuthorizeContext, request: BrowserRequest): Promise<Attempt> {
  // Scripts written for Dex post name and password to the page's own address: the flow stands there as well.
  const sealed = request.body.find("req") ?? request.query.find("flow");
  const open = await context.flows.open(sealed, browserSecret(context, request));
  const pooled = context.connectors.find(request.connectorId ?? "");
  if (pooled === undefined) throw new PageError({ kind: "not-found" });
  if (findLoginRefusal(context, open.client, pooled) !== undefined) {
    throw new PageError({ kind: "invalid-request", reason: "Connector not allowed for this client." });
  }
  const { login, negotiate } = requireConnector(context, open, pooled);
  if (login.kind !== "password") throw new PageError({ kind: "not-found" });
  return { open, pooled, login, negotiate };
}

async function submit(context: AuthorizeContext, request: BrowserRequest, attempt: Attempt): Promise<BrowserReply> {
  const username = request.body.find("login") ?? "";
  const password = request.body.find("password") ?? "";
  if (username === "" || password === "") {
    const missing = { kind: "missing", username: username === "", password: password === "" } as const;
    return showForm(context, request, attempt, { username, problem: missing, status: 400 });
  }
  const result = await check(context, attempt, username, password);
  if (result === "busy") {
    reportFailure(context, attempt, "too-busy", username);
    return showForm(context, request, attempt, {
      username,
      problem: { kind: "busy", seconds: busyRetrySeconds },
      status: 503,
    });
  }
  if (result.outcome === "bad-credentials") {
    reportFailure(context, attempt, "bad-credentials", username);
    return showForm(context, request, attempt, { username, problem: { kind: "mismatch" }, status: 401 });
  }
  if (result.outcome === "denied") throw deniedUpstream(context, attempt.open, attempt.pooled, result.detail, username);
  return arrive(context, attempt, result);
}

async function check(
  context: AuthorizeContext,
  attempt: Attempt,
  username: string,
  password: string,
): Promise<LoginResult | "busy"> {
  const { scopes } = createUpstreamInput(context, attempt.open, attempt.pooled);
  try {
    const { open, pooled, login } = attempt;
    return await askConnector(context, open, pooled, login.check({ scopes, username, password }));
  } catch (error) {
    if (error instanceof QueueFullError) return "busy";
    throw error;
  }
}

async function arrive(
  context: AuthorizeContext,
  { open, pooled }: Attempt,
  result: Extract<LoginResult, { outcome: "ok" }>,
): Promise<BrowserReply> {
  // The same person again is the same answer: a double click goes on where the first one stands.
  const answer = keyedHash(deriveFromFlow(open.flow, "password answer"), pooled.id, result.identity.userId);
  const state = await identify(context.identify, {
    flow: open.flow,
    connectorId: pooled.id,
    result,
    answer,
    keepUpstream: keepsUpstream(context, open, pooled),
  });
  if (state === "finished") throw alreadyDone(context, open);
  return seeOther(dispatcherUrl(context, open.sealed));
}

interface FormState {
  readonly username?: string;
  readonly problem?: PasswordProblem;
  readonly status?: number;
}

function showForm(context: AuthorizeContext, request: BrowserRequest, attempt: Attempt, state: FormState): PageReply {
  const { open, pooled, login } = attempt;
  const hasOthers = listAllowedConnectors(context, open.client).length > 1;
  const page = renderPassword({
    site: context.site,
    clientName: open.client.name,
    clientId: open.client.id,
    connectorName: pooled.name,
    action: request.url,
    flow: open.sealed,
    usernameLabel: login.usernameLabel ?? "Username",
    username: state.username ?? open.flow.request.loginHint ?? "",
    ...(state.problem !== undefined && { problem: state.problem }),
    ...(hasOthers && { otherAccountUrl: otherAccountUrl(context, open.sealed) }),
  });
  const isBusy = state.problem?.kind === "busy";
  return { page, status: state.status ?? 200, ...(isBusy && { retryAfter: busyRetrySeconds }) };
}

function reportFailure(
  context: AuthorizeContext,
  attempt: Attempt,
  reason: "bad-credentials" | "too-busy",
  username: string,
): void {
  const { open, pooled } = attempt;
  context.report({
    type: "login.failed",
    clientId: open.client.id,
    connectorId: pooled.id,
    reason,
    username: cutUsername(username),
  });
}
