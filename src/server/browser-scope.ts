import type { FastifyInstance } from "fastify";
import { registerAuthorize } from "../endpoints/authorize/routes.js";
import { PageError } from "../oidc/page-error.js";
import { issuerUrl, routes } from "../oidc/routes.js";
import { renderHome } from "../pages/home.js";
import { createBrowserErrorHandler, sendPage } from "./browser-errors.js";
import { addMethodNotAllowed, collectRoutes } from "./method-not-allowed.js";
import type { Scope } from "./scope.js";

/** Endpoints that people meet: their errors are pages with a way on. Also answers for every unknown path. */
export function addBrowserScope(app: FastifyInstance, { config, house, facts, logFault }: Scope): void {
  const { site } = house.authorize;
  const handleError = createBrowserErrorHandler({ site, clock: house.authorize.clock, facts, logFault });
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) => handleError(new PageError({ kind: "not-found" }), request, reply));
  const collected = collectRoutes(app);
  registerAuthorize(app, { context: house.authorize, originOf: facts.originOf, noteFailure: facts.noteFailure });
  house.assets.register(app);
  app.get(config.issuer.path === "" ? "/" : config.issuer.path, (_request, reply) =>
    sendPage(reply, 200, renderHome({ site, discoveryUrl: issuerUrl(config.issuer.url, routes.discovery) })),
  );
  addMethodNotAllowed(app, collected(), (request, reply, allow) =>
    handleError(new PageError({ kind: "method-not-allowed", allow }), request, reply.header("allow", allow)),
  );
}
