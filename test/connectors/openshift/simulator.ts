import {
  type HttpUpstream,
  type ReceivedRequest,
  startHttpUpstream,
  type UpstreamReply,
} from "../../support/http-upstream.js";
import { type AuthorizationServer, createAuthorizationServer } from "../authorization-server.js";

export const client = { id: "system:serviceaccount:login:latchkey", secret: "sa-token.with-dots" };

export interface ClusterUser {
  readonly uid?: string;
  readonly name: string;
  /** Null: what the API gives for nobody's groups. */
  readonly groups: readonly string[] | null;
}

/** The OAuth server and the user API of an OpenShift 4 cluster, with a Kubernetes `Status` for every error. */
export interface OpenShiftSimulator {
  readonly url: string;
  readonly upstream: HttpUpstream;
  readonly login: AuthorizationServer;
  readonly users: Map<string, ClusterUser>;
  metadata: UpstreamReply | undefined;
  close(): Promise<void>;
}

interface OpenShiftHabits {
  readonly authentication?: readonly ("basic" | "body")[];
  /** Of the OAuthClient; the default is that of OpenShift. */
  readonly accessTokenMaxAgeSeconds?: number;
}

export async function startOpenShiftSimulator(habits: OpenShiftHabits = {}): Promise<OpenShiftSimulator> {
  const { authentication = ["body"], accessTokenMaxAgeSeconds = 86_400 } = habits;
  const upstream = await startHttpUpstream();
  const login = createAuthorizationServer({
    client,
    authentication,
    // OpenShift gives none.
    givesRefreshToken: () => false,
    expiresInSeconds: accessTokenMaxAgeSeconds,
    formatError: (error) => ({
      status: 400,
      body: {
        error: error === "invalid_client" ? "unauthorized_client" : error,
        error_description: "The client is not authorized to request a token using this method.",
      },
    }),
  });
  const simulator: OpenShiftSimulator = {
    url: upstream.url,
    upstream,
    login,
    users: new Map(),
    metadata: undefined,
    close: () => upstream.close(),
  };
  upstream.answer((request) => answer(simulator, request));
  return simulator;
}

function answer(simulator: OpenShiftSimulator, request: ReceivedRequest): UpstreamReply {
  switch (request.url.pathname) {
    case "/.well-known/oauth-authorization-server":
      return simulator.metadata ?? { body: describeServer(simulator.url) };
    case "/oauth/authorize":
      return simulator.login.authorize(request);
    case "/oauth/token":
      return simulator.login.token(request);
    case "/apis/user.openshift.io/v1/users/~":
      return describeUser(simulator, request);
    default:
      return formatStatus(404, "NotFound", "the server could not find the requested resource");
  }
}

export function describeServer(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    scopes_supported: [
      "user:check-access",
      "user:full",
      "user:info",
      "user:list-projects",
      "user:list-scoped-projects",
    ],
    response_types_supported: ["code", "token"],
    grant_types_supported: ["authorization_code", "implicit"],
    code_challenge_methods_supported: ["plain", "S256"],
  };
}

function describeUser(simulator: OpenShiftSimulator, request: ReceivedRequest): UpstreamReply {
  const token = simulator.login.findToken(request);
  const user = simulator.users.get(token?.subject ?? "");
  if (token === undefined || user === undefined) return formatStatus(401, "Unauthorized", "Unauthorized");
  const { uid, name, groups } = user;
  return {
    body: {
      kind: "User",
      apiVersion: "user.openshift.io/v1",
      metadata: { name, ...(uid !== undefined && { uid }), resourceVersion: "31", creationTimestamp: null },
      identities: [`htpasswd:${name}`],
      groups,
    },
  };
}

function formatStatus(code: number, reason: string, message: string): UpstreamReply {
  return {
    status: code,
    body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code },
  };
}
