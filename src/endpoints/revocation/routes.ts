import type { FastifyInstance, FastifyRequest } from "fastify";
import type { TokenRequest } from "../../grants/grant-type.js";
import { parseParameters } from "../../oidc/parameters.js";
import type { RequestOrigin } from "../../platform/events.js";

export interface RevocationRouteOptions {
  readonly path: string;
  readonly revoke: (request: TokenRequest) => Promise<void>;
  readonly originOf: (request: FastifyRequest) => RequestOrigin;
}

/** `POST /revoke` (RFC 7009): an empty 200, also for a token that is none. */
export function registerRevocation(app: FastifyInstance, { path, revoke, originOf }: RevocationRouteOptions): void {
  app.post<{ Body: string | undefined }>(path, async (request, reply) => {
    const { authorization } = request.headers;
    await revoke({ authorization, parameters: parseParameters(request.body ?? ""), origin: originOf(request) });
    return reply.headers({ "cache-control": "no-store", pragma: "no-cache" }).code(200).send();
  });
}
