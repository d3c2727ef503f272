import type { FastifyInstance } from "fastify";

/** Longest body that is read, in bytes: far beyond any request of OAuth, small enough to hold many at once. */
export const bodyLimit = 65_536;

/**
 * Reads form bodies as they came (one character per byte) and nothing else: what is not a form is refused with 415
 * before it is parsed. Parsing is the endpoint's, by `oidc/parameters.ts`.
 */
export function addFormBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, typeof body === "string" ? body : body.toString("latin1"));
  });
}
