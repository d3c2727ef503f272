import type { FastifyInstance, FastifyRequest } from "fastify";
import type { TokenRequest } from "../../grants/grant-type.js";
import type { TokenAnswer } from "../../grants/token-answer.js";
import { parseParameters } from "../../oidc/parameters.js";
import type { RequestOrigin } from "../../platform/events.js";

export interface TokenRouteOptions {
  readonly path: string;
  readonly runGrant: (request: TokenRequest) => Promise<TokenAnswer>;
  readonly originOf: (request: FastifyRequest) => RequestOrigin;
}

/** `POST /token` (RFC 6749 §3.2). */
export function registerToken(app: FastifyInstance, { path, runGrant, originOf }: TokenRouteOptions): void {
  app.post<{ Body: string | undefined }>(path, async (request, reply) => {
    const { authorization } = request.headers;
    const parameters = parseParameters(request.body ?? "");
    const answer = await runGrant({ authorization, parameters, origin: originOf(request) });
    return reply.headers(tokenHeaders).send(formatTokenAnswer(answer));
  });
}

const tokenHeaders = {
  "content-type": "application/json",
  // Tokens must not stay in caches (RFC 6749 §5.1).
  "cache-control": "no-store",
  pragma: "no-cache",
};

function formatTokenAnswer(answer: TokenAnswer): string {
  return JSON.stringify({
    access_token: answer.accessToken,
    token_type: "Bearer",
    expires_in: answer.expiresInSeconds,
    refresh_token: answer.refreshToken,
    id_token: answer.idToken,
    scope: answer.scope,
  });
}
