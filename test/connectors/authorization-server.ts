import { createHash } from "node:crypto";
import type { ReceivedRequest, UpstreamReply } from "../support/http-upstream.js";

/** What an access token stands for. */
export interface IssuedToken {
  readonly subject: string;
  readonly scope: string;
}

export interface AuthorizationServerOptions {
  readonly client: { readonly id: string; readonly secret: string };
  /** How the token endpoint wants the client's secret. */
  readonly authentication: readonly ("basic" | "body")[];
  /** Refuses requests with a `code_challenge`, as LinkedIn does. */
  readonly refusesPkce?: boolean;
  /** Whether a refresh token comes with a token of this scope. */
  readonly givesRefreshToken: (scope: string) => boolean;
  readonly expiresInSeconds: number;
  readonly formatError: (error: string) => UpstreamReply;
  /** Takes the place of the secret: undefined where the request has none of it. */
  readonly checkAssertion?: (form: URLSearchParams) => boolean | undefined;
}

/** The OAuth 2.0 half of a simulated upstream (RFC 6749 section 4.1, RFC 7636): who is there, logs in at once. */
export interface AuthorizationServer {
  /** Who sits at the browser; undefined: somebody who says no. */
  person: string | undefined;
  authorize(request: ReceivedRequest): UpstreamReply;
  token(request: ReceivedRequest): UpstreamReply;
  /** By the `Authorization` header of an API call. */
  findToken(request: ReceivedRequest): IssuedToken | undefined;
  /** Ends every access token; refresh tokens stay. */
  expireAccessTokens(): void;
  /** Ends everything that was ever given out. */
  revokeAll(): void;
}

interface Code extends IssuedToken {
  readonly challenge: string | null;
  readonly redirectUri: string | null;
}

export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { client, formatError } = options;
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, IssuedToken>();
  const refreshTokens = new Map<string, IssuedToken>();
  let issued = 0;

  function issue(token: IssuedToken): UpstreamReply {
    issued += 1;
    const access = `access-${issued}`;
    accessTokens.set(access, token);
    const refresh = options.givesRefreshToken(token.scope) ? `refresh-${issued}` : undefined;
    if (refresh !== undefined) refreshTokens.set(refresh, token);
    return {
      body: {
        access_token: access,
        token_type: "Bearer",
        expires_in: options.expiresInSeconds,
        scope: token.scope,
        ...(refresh !== undefined && { refresh_token: refresh }),
      },
    };
  }

  function redeem(form: URLSearchParams): UpstreamReply {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const verifier = form.get("code_verifier");
    const proof = verifier === null ? null : createHash("sha256").update(verifier).digest("base64url");
    const fits = code !== undefined && code.redirectUri === form.get("redirect_uri") && code.challenge === proof;
    return fits ? issue(code) : formatError("invalid_grant");
  }

  const server: AuthorizationServer = {
    person: undefined,

    authorize({ url }) {
      const query = url.searchParams;
      const back = query.get("redirect_uri");
      if (query.get("client_id") !== client.id || query.get("response_type") !== "code" || back === null)
        return { status: 400, body: "no such client" };
      const answer = new URL(back);
      answer.searchParams.set("state", query.get("state") ?? "");
      const challenge = query.get("code_challenge");
      const isRefused = options.refusesPkce === true && challenge !== null;
      if (server.person === undefined || isRefused) {
        answer.searchParams.set("error", isRefused ? "invalid_request" : "access_denied");
      } else {
        issued += 1;
        const code = `code-${issued}`;
        codes.set(code, { subject: server.person, scope: query.get("scope") ?? "", challenge, redirectUri: back });
        answer.searchParams.set("code", code);
      }
      return { status: 302, headers: { location: answer.href } };
    },

    token(request) {
      const { form } = request;
      if (!isClient(options, request)) return formatError("invalid_client");
      if (form.get("grant_type") === "client_credentials") return issue({ subject: "", scope: "" });
      if (form.get("grant_type") === "authorization_code") return redeem(form);
      const known = refreshTokens.get(form.get("refresh_token") ?? "");
      return known === undefined ? formatError("invalid_grant") : issue(known);
    },

    findToken: ({ headers }) => accessTokens.get(headers.authorization?.replace("Bearer ", "") ?? ""),
    expireAccessTokens: () => accessTokens.clear(),
    revokeAll() {
      accessTokens.clear();
      refreshTokens.clear();
    },
  };
  return server;
}

function isClient(options: AuthorizationServerOptions, { form, headers }: ReceivedRequest): boolean {
  const { client, authentication } = options;
  const basic = headers.authorization?.replace("Basic ", "");
  if (basic !== undefined) {
    const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":").map(decodeForm);
    return authentication.includes("basic") && id === client.id && secret === client.secret;
  }
  if (!authentication.includes("body") || form.get("client_id") !== client.id) return false;
  return options.checkAssertion?.(form) ?? form.get("client_secret") === client.secret;
}

/** RFC 6749 section 2.3.1. */
function decodeForm(text: string): string {
  return new URLSearchParams(`v=${text}`).get("v") ?? "";
}
