import type { FastifyInstance } from "fastify";
import { createPublishedDocument } from "../endpoints/discovery/published-document.js";
import { registerDiscovery } from "../endpoints/discovery/routes.js";
import { registerRevocation } from "../endpoints/revocation/routes.js";
import { registerToken } from "../endpoints/token/routes.js";
import { registerUserinfo } from "../endpoints/userinfo/routes.js";
import { jwksCacheMs } from "../keys/key-timing.js";
import { createDiscoveryDocument } from "../oidc/discovery-document.js";
import { OAuthError } from "../oidc/oauth-error.js";
import { routes } from "../oidc/routes.js";
import { addCors, answerPreflight } from "./cors.js";
import { addMethodNotAllowed, collectRoutes } from "./method-not-allowed.js";
import { createProtocolErrorHandler, sendOAuthError } from "./protocol-errors.js";
import type { Scope } from "./scope.js";

/** Endpoints that programs call: their errors are OAuth JSON. */
export async function addProtocolScope(app: FastifyInstance, scope: Scope): Promise<void> {
  const { config, house, facts, logFault } = scope;
  const { path } = config.issuer;
  const { originOf } = facts;
  app.setErrorHandler(createProtocolErrorHandler(facts, logFault));
  addCors(app, config.web);
  const collected = collectRoutes(app);
  registerToken(app, { path: path + routes.token, runGrant: house.runGrant, originOf });
  registerRevocation(app, { path: path + routes.revocation, revoke: house.revoke, originOf });
  registerUserinfo(app, { path: path + routes.userinfo, readUserinfo: house.readUserinfo });
  registerDiscovery(app, {
    discoveryPaths: listDiscoveryPaths(path),
    keysPath: path + routes.keys,
    discovery: createDiscovery(scope),
    keys: () => house.keys.jwks(),
  });
  addMethodNotAllowed(app, collected(), (request, reply, allow) => {
    const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    if (isPreflight && config.web.allowedOrigins.length > 0) return answerPreflight(config.web, request, reply);
    return sendOAuthError(
      reply.header("allow", allow),
      new OAuthError("invalid_request", "Method not allowed.", { status: 405 }),
    );
  });
}

/** OpenID's place, RFC 8414's place for an issuer with a path (§3.1), and the same name under the issuer. */
function listDiscoveryPaths(path: string): readonly string[] {
  return [...new Set([path + routes.discovery, path + routes.authorizationServer, routes.authorizationServer + path])];
}

function createDiscovery({ config, house }: Scope) {
  return createPublishedDocument(
    () => house.keys.algorithms().join(" "),
    () =>
      createDiscoveryDocument({
        issuer: config.issuer.url,
        grantTypes: config.oauth2.grantTypes,
        algorithms: house.keys.algorithms(),
        challengeMethods: config.oauth2.pkce.methods,
      }),
    Math.floor(jwksCacheMs(config.signer.rotationPeriodMs) / 1_000),
  );
}
