import type { IncomingMessage } from "node:http";
import { type Answer, createPageAnswer, createRedirect, readForm, withCookie } from "./answer.js";
import { describeFailure, type Failure } from "./failure.js";
import { createLogin } from "./login.js";
import { renderClaimsPage, type UserInfo } from "./pages/claims-page.js";
import type { SiteFacts } from "./pages/layout.js";
import { renderLoggedOutPage } from "./pages/logged-out-page.js";
import * as problems from "./pages/problem-pages.js";
import { renderRefreshPage } from "./pages/refresh-page.js";
import { renderStartPage } from "./pages/start-page.js";
import { paths } from "./paths.js";
import type { LoginRequest, Provider } from "./provider.js";
import { addPending, type Session, type Sessions, takePending } from "./sessions.js";
import { createTokenUse, type TokenUse } from "./use-tokens.js";

export interface HandlerOptions {
  readonly site: SiteFacts;
  readonly provider: Provider;
  readonly sessions: Sessions;
  readonly redirectUri: string;
  readonly files: ReadonlyMap<string, Answer>;
  readonly clock: () => number;
}

interface Context extends HandlerOptions {
  readonly use: TokenUse;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly session: Session | undefined;
}

type Route = (context: Context) => Promise<Answer> | Answer;

const maxUrlLength = 8192;

/** Answers every request; what it throws is a fault of this application. */
export function createHandler(options: HandlerOptions): (request: IncomingMessage) => Promise<Answer> {
  const { site, sessions, redirectUri, files, provider, clock } = options;
  const { origin, pathname: callback } = new URL(redirectUri);
  const use = createTokenUse(provider, clock);
  const get = new Map<string, Route>([
    [paths.start, showStart],
    [paths.claims, showClaims],
    [paths.refresh, showRefresh],
    [callback, finishLogin],
  ]);
  const post = new Map<string, Route>([
    [paths.login, startLogin],
    [paths.refresh, (context) => refresh(context, "refresh")],
    [paths.replay, (context) => refresh(context, "replay")],
    [paths.logout, logOut],
  ]);

  return async (request) => {
    const target = request.url ?? "/";
    if (target.length > maxUrlLength) return problems.renderTooLongPage(site);
    if (!target.startsWith("/")) return problems.renderUnknownPage(site);
    const url = splitTarget(target);
    const canonical = findCanonical(request, url.path, origin);
    if (canonical !== undefined) return createRedirect(canonical);
    const file = files.get(url.path);
    if (file !== undefined) return file;
    const isPost = request.method === "POST";
    const route = (isPost ? post : get).get(url.path);
    if (route === undefined)
      return get.has(url.path) || post.has(url.path) ? createRedirect(paths.start) : problems.renderUnknownPage(site);
    if (isPost && !isOwnForm(request, origin)) return problems.renderForeignFormPage(site);
    const session = sessions.find(request.headers.cookie);
    return route({ ...options, use, request, query: new URLSearchParams(url.query), session });
  };
}

/** Not `new URL`: a request target may begin with `//`, and may not be a URL at all. */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const [path = "/", ...rest] = target.split("?");
  return { path, query: rest.join("?") };
}

/** `localhost` and `127.0.0.1` are the same machine but keep separate cookies, and only one of them is registered. */
function findCanonical({ method, headers }: IncomingMessage, path: string, origin: string): string | undefined {
  const isLoopback = (host: string) => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host);
  const { host } = new URL(origin);
  const asked = headers.host ?? host;
  const isOther = asked.toLowerCase() !== host && isLoopback(asked) && isLoopback(host);
  return isOther && method === "GET" && path === paths.start ? `${origin}${paths.start}` : undefined;
}

/** Browsers name the origin of every POST. Another port of this machine counts as the same site, so Lax is not enough. */
function isOwnForm({ headers }: IncomingMessage, origin: string): boolean {
  return headers.origin === undefined || headers.origin === origin;
}

async function showStart({ provider, site, session }: Context): Promise<Answer> {
  if (session?.login !== undefined) return createRedirect(paths.claims);
  const failure = await failureOf(provider.connect());
  if (failure !== undefined) return problems.renderProviderPage(site, failure);
  return createPageAnswer(200, renderStartPage(site), "elsewhere");
}

async function startLogin(context: Context): Promise<Answer> {
  const { provider, site, sessions, request } = context;
  const form = await readForm(request);
  if (form === undefined) return problems.renderTooLongPage(site);
  try {
    const { url, state, ...pending } = await provider.startLogin(readLoginRequest(form));
    const { session, setCookie } = sessions.open(request.headers.cookie);
    addPending(session, state, pending);
    return withCookie(createRedirect(url.href), setCookie);
  } catch (error) {
    return problems.renderProviderPage(site, describeFailure(error));
  }
}

/** Scopes are separated by blanks (RFC 6749 §3.3); what can't be one is left out. */
function readLoginRequest(form: URLSearchParams): LoginRequest {
  const words = form.getAll("scope").flatMap((value) => value.split(/\s+/));
  const scopes = new Set(words.filter((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word)));
  scopes.delete("openid");
  return { scopes: [...scopes], connectorId: (form.get("connector_id") ?? "").trim() };
}

async function finishLogin(context: Context): Promise<Answer> {
  const { provider, site, sessions, query, session, clock, use } = context;
  const state = query.get("state") ?? "";
  const pending = takePending(session, state, clock());
  if (session === undefined || pending === undefined) {
    return session?.login === undefined ? problems.renderExpiredPage(site) : createRedirect(paths.claims);
  }
  try {
    const tokens = await provider.finishLogin(query.toString(), state, pending);
    // The session may hold an earlier login, whose refresh token nobody would use any more.
    await use.logOut(session);
    session.login = createLogin(tokens);
    return withCookie(createRedirect(paths.claims), sessions.renew(session).setCookie);
  } catch (error) {
    return problems.renderLoginFailurePage(site, describeFailure(error));
  }
}

async function showClaims({ provider, site, session, clock }: Context): Promise<Answer> {
  if (session?.login === undefined) return createRedirect(paths.start);
  const { login } = session;
  const userInfo: UserInfo = await provider.fetchUserInfo(login.current).then(
    (claims) => ({ claims }),
    (error: unknown) => ({ failure: describeFailure(error) }),
  );
  return createPageAnswer(200, renderClaimsPage({ site, login, userInfo, now: clock() }));
}

function showRefresh({ site, session, clock }: Context): Answer {
  if (session?.login === undefined) return createRedirect(paths.start);
  return createPageAnswer(200, renderRefreshPage({ site, login: session.login, now: clock() }));
}

async function refresh({ session, use }: Context, kind: "refresh" | "replay"): Promise<Answer> {
  if (session === undefined) return createRedirect(paths.start);
  await use.refresh(session, kind);
  return createRedirect(paths.refresh);
}

async function logOut({ site, session, sessions, use }: Context): Promise<Answer> {
  if (session === undefined) return createRedirect(paths.start);
  const receipt = await use.logOut(session);
  const { setCookie } = sessions.end(session);
  const answer =
    receipt === undefined ? createRedirect(paths.start) : createPageAnswer(200, renderLoggedOutPage(site, receipt));
  return withCookie(answer, setCookie);
}

async function failureOf(work: Promise<void>): Promise<Failure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return describeFailure(error);
  }
}
