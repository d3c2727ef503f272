import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { findFreePort } from "../support/test-server.js";

/** Stands between a relying party and the token endpoint of an issuer. */
export interface ForgingProxy {
  /** URL of the issuer's discovery document, in which the token endpoint is this proxy. */
  readonly metadata: string;
  /** Puts another ID token in the place of the next ones; undefined leaves them alone. */
  forge: ((idToken: string) => string) | undefined;
  stop(): Promise<void>;
}

export async function startForgingProxy(issuer: string): Promise<ForgingProxy> {
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const proxy: ForgingProxy = {
    metadata: `${origin}/.well-known/openid-configuration`,
    forge: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(request: IncomingMessage): Promise<unknown> {
    if (request.method === "GET") {
      const document = await (await fetch(`${issuer}/.well-known/openid-configuration`)).text();
      return { ...JSON.parse(document), token_endpoint: `${origin}/token` };
    }
    const { authorization = "", "content-type": type = "" } = request.headers;
    const headers = { "content-type": type, ...(authorization !== "" && { authorization }) };
    const reply = await fetch(`${issuer}/token`, { method: "POST", headers, body: await text(request) });
    const tokens = JSON.parse(await reply.text());
    return proxy.forge === undefined ? tokens : { ...tokens, id_token: proxy.forge(tokens.id_token) };
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return proxy;
}
