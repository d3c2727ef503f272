import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Parameters, parseParameters } from "../../oidc/parameters.js";
import { routes } from "../../oidc/routes.js";
import { parseCookies } from "../../platform/cookies.js";
import type { RequestOrigin } from "../../platform/events.js";
import { splitTarget } from "../../platform/url.js";
import { callback } from "./callback.js";
import { consent } from "./consent.js";
import { type AuthorizeContext, withOrigin } from "./context.js";
import { authorize, authorizeAtConnector } from "./entry.js";
import type { BrowserReply, BrowserRequest, RedirectedFailure } from "./exchange.js";
import { passwordLogin } from "./password.js";

interface StepRoute {
  Params: { connector?: string };
  Body: string | undefined;
}

/** One step of a login. The context knows the request's origin, so that events tell it. */
type Step = (context: AuthorizeContext, request: BrowserRequest) => Promise<BrowserReply>;

/** A SAML response names each group of the person: more than any other form. In bytes. */
const answerLimit = 1_048_576;

const steps: readonly { readonly route: string; readonly step: Step; readonly bodyLimit?: number }[] = [
  { route: routes.authorize, step: authorize },
  { route: routes.connector, step: authorizeAtConnector },
  { route: routes.passwordLogin, step: passwordLogin },
  { route: routes.callback, step: callback, bodyLimit: answerLimit },
  { route: routes.connectorCallback, step: callback, bodyLimit: answerLimit },
  { route: routes.approval, step: consent },
];

export interface AuthorizeRouteOptions {
  readonly context: AuthorizeContext;
  readonly originOf: (request: FastifyRequest) => RequestOrigin;
  /** Told of each error that a client gets by a redirect. */
  readonly noteFailure: (request: FastifyRequest, failure: RedirectedFailure) => void;
}

/** Every page and hop of a login, below the issuer's path. */
export function registerAuthorize(app: FastifyInstance, options: AuthorizeRouteOptions): void {
  const { context, originOf, noteFailure } = options;
  for (const { route, step, bodyLimit } of steps) {
    const path = `${context.issuer.path}${route}`;
    for (const method of ["GET", "POST"] as const) {
      app.route<StepRoute>({
        method,
        url: path,
        ...(bodyLimit !== undefined && { bodyLimit }),
        // A HEAD would run the step, and a code given to it would be lost.
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const answer = await step(withOrigin(context, originOf(request)), toBrowserRequest(request, method));
          if ("location" in answer && answer.failure !== undefined) noteFailure(request, answer.failure);
          return send(reply, answer);
        },
      });
    }
  }
}

function toBrowserRequest(request: FastifyRequest<StepRoute>, method: "GET" | "POST"): BrowserRequest {
  const { connector } = request.params;
  return {
    method,
    query: parseParameters(splitTarget(request.url).query),
    body: method === "POST" ? parseParameters(request.body ?? "") : new Parameters([]),
    url: request.url,
    cookies: parseCookies(request.headers.cookie),
    headerLines: (name) => request.raw.headersDistinct[name] ?? [],
    peer: request.socket.remoteAddress ?? "",
    ...(connector !== undefined && { connectorId: connector }),
  };
}

function send(reply: FastifyReply, answer: BrowserReply): FastifyReply {
  for (const cookie of answer.cookies ?? []) reply.header("set-cookie", cookie);
  if (answer.challenge !== undefined) reply.header("www-authenticate", answer.challenge);
  if ("location" in answer) return reply.header("cache-control", "no-store").redirect(answer.location, answer.status);
  if (answer.retryAfter !== undefined) reply.header("retry-after", answer.retryAfter);
  return reply.code(answer.status).headers(answer.page.headers).send(answer.page.body);
}
