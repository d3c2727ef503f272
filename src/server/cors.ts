import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

export interface CorsOptions {
  /** Exact origins, or `*`. Empty: no CORS at all. */
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
}

const simpleHeaders = ["accept", "accept-language", "content-language", "content-type", "origin"];
const methods = "GET, HEAD, POST";

/**
 * CORS for the endpoints that a browser app calls itself; never for the authorization endpoint (RFC 9700 §2.6), never
 * with credentials. Origins are compared whole (CVE-2024-41657: a prefix let `localhost.example.com` in).
 */
export function addCors(app: FastifyInstance, options: CorsOptions): void {
  if (options.allowedOrigins.length === 0) return;
  app.addHook("onRequest", (request, reply, done) => {
    const allowed = findAllowedOrigin(options, request.headers.origin);
    if (!options.allowedOrigins.includes("*")) reply.header("vary", "Origin");
    if (allowed !== undefined) reply.header("access-control-allow-origin", allowed);
    done();
  });
}

/** Answers a preflight; without CORS an `OPTIONS` is just an unsupported method. */
export function answerPreflight(options: CorsOptions, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = splitList(request.headers["access-control-request-headers"]);
  const allowedHeaders = options.allowedHeaders.map((name) => name.toLowerCase());
  const refused = asked.filter((name) => !simpleHeaders.includes(name) && !allowedHeaders.includes(name));
  if (findAllowedOrigin(options, request.headers.origin) === undefined || refused.length > 0)
    return reply.code(403).send();
  return reply
    .headers({
      "access-control-allow-methods": methods,
      "access-control-allow-headers": asked.join(", "),
      "access-control-max-age": "600",
    })
    .code(200)
    .send();
}

function findAllowedOrigin({ allowedOrigins }: CorsOptions, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (allowedOrigins.includes("*")) return "*";
  return allowedOrigins.includes(origin) ? origin : undefined;
}

function splitList(header: string | undefined): string[] {
  return (header ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => /^[a-z0-9-]+$/.test(name));
}
