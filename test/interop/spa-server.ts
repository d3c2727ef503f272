import { createServer } from "node:http";
import { build } from "esbuild";
import { findFreePort } from "../support/test-server.js";

const page = `<!doctype html><html lang="en"><title>Single-page app</title>
<button id="log-in">Log in</button><button id="refresh">Refresh</button><button id="revoke">Revoke</button>
<pre id="result"></pre><script type="module" src="/app.js"></script></html>`;

/** Serves the single-page app on another site than the issuer's: `localhost`, not `127.0.0.1`. */
export async function startSpaServer(): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const bundle = await build({ entryPoints: ["test/interop/spa/app.ts"], bundle: true, format: "esm", write: false });
  const script = bundle.outputFiles[0]?.text ?? "";
  const port = await findFreePort();
  const server = createServer((request, response) => {
    const isScript = request.url === "/app.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  return {
    origin: `http://localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
