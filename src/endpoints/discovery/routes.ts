import type { FastifyInstance, FastifyReply } from "fastify";
import type { PublishedDocument } from "./published-document.js";

export interface DiscoveryRouteOptions {
  /** All places of the discovery document: OpenID's and RFC 8414's. */
  readonly discoveryPaths: readonly string[];
  readonly keysPath: string;
  readonly discovery: () => PublishedDocument;
  readonly keys: () => PublishedDocument;
}

/** Discovery (OpenID Connect Discovery §4, RFC 8414 §3) and the key set, from bytes that stand ready. */
export function registerDiscovery(app: FastifyInstance, options: DiscoveryRouteOptions): void {
  for (const path of options.discoveryPaths) {
    app.get(path, (request, reply) => serve(reply, options.discovery(), request.headers["if-none-match"]));
  }
  app.get(options.keysPath, (request, reply) => serve(reply, options.keys(), request.headers["if-none-match"]));
}

function serve(reply: FastifyReply, document: PublishedDocument, known: string | undefined): FastifyReply {
  reply.headers({
    "cache-control": `public, max-age=${document.maxAgeSeconds}, must-revalidate`,
    etag: document.etag,
    "content-type": "application/json",
  });
  return isKnown(known, document.etag) ? reply.code(304).send() : reply.send(document.body);
}

/** `If-None-Match` is a list, and compares weakly (RFC 9110 §13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) ?? false;
}
