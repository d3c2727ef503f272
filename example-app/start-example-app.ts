import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { findPackageFile } from "../src/config/package-file.js";
import { type Answer, createFileAnswer, sendAnswer } from "./answer.js";
import { createHandler } from "./handle.js";
import type { Options } from "./options.js";
import { renderBrokenPage } from "./pages/problem-pages.js";
import { paths } from "./paths.js";
import { createProvider } from "./provider.js";
import { createSessions } from "./sessions.js";

export interface ExampleApp {
  /** What a person opens. */
  readonly origin: string;
  readonly redirectUri: string;
  /** Ends open connections too. */
  stop(): Promise<void>;
}

/** Listens, and answers until `stop`. The provider need not be up. Rejects where it can't listen. */
export async function startExampleApp(options: Options, clock: () => number = Date.now): Promise<ExampleApp> {
  const { issuer, listen } = options;
  // Room for a query that deserves a page of its own in answer; Node.js refuses what is larger.
  const server = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: 10_000, headersTimeout: 10_000 });
  server.maxConnections = 500;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : listen.port;
  const redirectUri = options.redirectUri ?? `http://${hostOfUrl(listen.host)}:${port}/callback`;
  const site = { issuer, clientId: options.clientId };
  const provider = createProvider({ ...options, redirectUri, clock });
  const sessions = createSessions(redirectUri.startsWith("https:"));
  const handle = createHandler({ site, provider, sessions, redirectUri, files: readFiles(), clock });

  server.on("request", (request, response) => {
    answer(handle, request)
      .then((result) => sendAnswer(request, response, result))
      .catch(() => response.destroy());
  });

  function answer(respond: (from: IncomingMessage) => Promise<Answer>, request: IncomingMessage): Promise<Answer> {
    return respond(request).catch((error: unknown) => {
      // A browser that went away in the middle of its request is no fault.
      if (!request.destroyed) process.stderr.write(`example-app: ${error instanceof Error ? error.stack : error}\n`);
      return renderBrokenPage(site);
    });
  }

  return {
    origin: new URL(redirectUri).origin,
    redirectUri,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function hostOfUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** The look is that of the provider's pages, with colours of its own. */
function readFiles(): ReadonlyMap<string, Answer> {
  const read = (name: string) => readFileSync(findPackageFile(name));
  return new Map([
    [paths.stylesheet, createFileAnswer("text/css; charset=utf-8", read("web/latchkey.css"))],
    [paths.ownStylesheet, createFileAnswer("text/css; charset=utf-8", read("example-app/example-app.css"))],
    [paths.icon, createFileAnswer("image/svg+xml", read("example-app/icon.svg"))],
  ]);
}
