import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Parameters, parseParameters } from "../../oidc/parameters.js";
import { requireBearerToken } from "./read-userinfo.js";

export interface UserinfoRouteOptions {
  readonly path: string;
  readonly readUserinfo: (token: string) => Promise<Record<string, unknown>>;
}

/** `GET` and `POST /userinfo` (OpenID Connect Core §5.3.1). */
export function registerUserinfo(app: FastifyInstance, { path, readUserinfo }: UserinfoRouteOptions): void {
  async function answer(request: FastifyRequest, reply: FastifyReply, body: Parameters): Promise<FastifyReply> {
    const claims = await readUserinfo(requireBearerToken(request.headers.authorization, body));
    return reply
      .headers({ "content-type": "application/json", "cache-control": "no-store" })
      .send(JSON.stringify(claims));
  }
  const nothing = new Parameters([]);
  app.get(path, (request, reply) => answer(request, reply, nothing));
  app.post<{ Body: string | undefined }>(path, (request, reply) =>
    answer(request, reply, parseParameters(request.body ?? "")),
  );
}
