import { readFileSync } from "node:fs";
import { createServer } from "node:http";

export interface SinglePageApp {
  readonly origin: string;
  /** The app can be opened from here on. */
  connect(issuer: string): void;
  stop(): Promise<void>;
}

const library = readFileSync("node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", "utf8");
const app = readFileSync("docs/recipes/single-page-app.html", "utf8");

/** Serves the app of the recipe, on an origin of its own, with this issuer in place of the one that it names. */
export async function startSinglePageApp(): Promise<SinglePageApp> {
  let page = "";
  const server = createServer((request, response) => {
    const isLibrary = request.url === "/oidc-client-ts.min.js";
    const isKnown = isLibrary || /^\/(callback)?(\?|$)/.test(request.url ?? "");
    response.writeHead(isKnown ? 200 : 204, { "content-type": isLibrary ? "text/javascript" : "text/html" });
    response.end(isLibrary ? library : isKnown ? page : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    connect(issuer) {
      page = app.replace("https://id.example.com/dex", issuer);
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
