import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as oidc from "openid-client";
import { findFreePort } from "./test-server.js";

/** A relying party on another site than the provider (`localhost`, not `127.0.0.1`), built on the standard library `openid-client`. */
export interface ClientApp {
  readonly origin: string;
  readonly redirectUri: string;
  /** Reads the provider's discovery document. */
  connect(issuer: string): Promise<oidc.Configuration>;
  /** Tokens of every finished login, newest last. */
  readonly logins: (oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers)[];
  stop(): Promise<void>;
}

export const clientAppId = "client-app";
export const clientAppSecret = "client-app-secret-0123456789";

export async function startClientApp(port?: number): Promise<ClientApp> {
  const chosen = port ?? (await findFreePort());
  const origin = `http://localhost:${chosen}`;
  const redirectUri = `${origin}/callback`;
  const logins: ClientApp["logins"] = [];
  const pending = new Map<string, { readonly verifier: string; readonly nonce: string }>();
  let configuration: oidc.Configuration | undefined;

  function requireConfiguration(): oidc.Configuration {
    if (configuration === undefined) throw new Error("connect first");
    return configuration;
  }

  async function startLogin(response: ServerResponse, scope: string): Promise<void> {
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    pending.set(state, { verifier, nonce });
    const url = oidc.buildAuthorizationUrl(requireConfiguration(), {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    response.writeHead(302, { location: url.href }).end();
  }

  async function finishLogin(response: ServerResponse, url: URL): Promise<void> {
    const state = url.searchParams.get("state") ?? "";
    const known = pending.get(state);
    try {
      const tokens = await oidc.authorizationCodeGrant(requireConfiguration(), url, {
        pkceCodeVerifier: known?.verifier ?? "",
        expectedState: state,
        expectedNonce: known?.nonce ?? "",
        idTokenExpected: true,
      });
      logins.push(tokens);
      writePage(response, "Signed in", JSON.stringify(tokens.claims(), null, 2));
    } catch (error) {
      writePage(response, "Not signed in", url.searchParams.get("error") ?? String(error));
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin);
    if (url.pathname === "/login") {
      await startLogin(response, url.searchParams.get("scope") ?? "openid email profile groups offline_access");
    } else if (url.pathname === "/callback") await finishLogin(response, url);
    else writePage(response, "Client app", "Home");
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => writePage(response, "Error", String(error)));
  });
  await new Promise<void>((resolve) => server.listen(chosen, "localhost", resolve));

  return {
    origin,
    redirectUri,
    logins,
    async connect(issuer) {
      configuration = await oidc.discovery(new URL(issuer), clientAppId, clientAppSecret, undefined, {
        execute: [oidc.allowInsecureRequests],
      });
      return configuration;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function writePage(response: ServerResponse, title: string, text: string): void {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>${title}</title><h1>${title}</h1><pre id="result">${escaped}</pre>`);
}
