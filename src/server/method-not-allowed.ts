import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";

const allMethods: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Collects the routes that a scope registers, so that the methods left over answer 405 with `Allow` (RFC 9110 §15.5.6)
 * in the form that the scope's readers expect.
 */
export function collectRoutes(app: FastifyInstance): () => ReadonlyMap<string, ReadonlySet<string>> {
  const routes = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = routes.get(url) ?? new Set<string>();
    for (const name of [method].flat()) known.add(name);
    routes.set(url, known);
  });
  return () => routes;
}

export type AnswerMethod = (request: FastifyRequest, reply: FastifyReply, allow: string) => FastifyReply;

export function addMethodNotAllowed(
  app: FastifyInstance,
  routes: ReadonlyMap<string, ReadonlySet<string>>,
  answer: AnswerMethod,
): void {
  for (const [url, known] of [...routes]) {
    const taken = new Set(known);
    const method = allMethods.filter((name) => !taken.has(name));
    if (method.length === 0) continue;
    const allow = [...taken].join(", ");
    app.route({ method, url, exposeHeadRoute: false, handler: (request, reply) => answer(request, reply, allow) });
  }
}
