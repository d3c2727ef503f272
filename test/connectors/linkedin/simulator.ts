import {
  type HttpUpstream,
  type ReceivedRequest,
  startHttpUpstream,
  type UpstreamReply,
} from "../../support/http-upstream.js";
import { type AuthorizationServer, createAuthorizationServer } from "../authorization-server.js";

export const client = { id: "86vhj2q7ukf83q", secret: "linkedin-secret==" };

export interface SimulatedMember {
  readonly id: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly emails: readonly string[];
  readonly emailVerified?: boolean | string;
}

/**
 * LinkedIn's OAuth 2.0 and its API, after the public reference: no PKCE, the secret in the form, no refresh tokens for
 * ordinary apps, errors with `serviceErrorCode`, and each product with its own scopes.
 */
export interface LinkedInSimulator {
  readonly url: string;
  readonly upstream: HttpUpstream;
  readonly login: AuthorizationServer;
  readonly members: Map<string, SimulatedMember>;
  close(): Promise<void>;
}

export async function startLinkedInSimulator(): Promise<LinkedInSimulator> {
  const upstream = await startHttpUpstream();
  const login = createAuthorizationServer({
    client,
    authentication: ["body"],
    refusesPkce: true,
    givesRefreshToken: () => false,
    expiresInSeconds: 5_184_000,
    formatError: (error) => ({
      status: error === "invalid_client" ? 401 : 400,
      body: { error: error === "invalid_grant" ? "invalid_request" : error, error_description: "Not this way" },
    }),
  });
  const simulator = {
    url: upstream.url,
    upstream,
    login,
    members: new Map<string, SimulatedMember>(),
    close: upstream.close,
  };
  upstream.answer((request) => answer(simulator, request));
  return simulator;
}

function answer(simulator: LinkedInSimulator, request: ReceivedRequest): UpstreamReply {
  switch (request.url.pathname) {
    case "/oauth/v2/authorization":
      return simulator.login.authorize(request);
    case "/oauth/v2/accessToken":
      return simulator.login.token(request);
    case "/v2/me":
      return answerApi(simulator, request, "r_liteprofile", formatProfile);
    case "/v2/emailAddress":
      return answerApi(simulator, request, "r_emailaddress", formatAddresses);
    case "/v2/userinfo":
      return answerApi(simulator, request, "openid", formatUserInfo);
    default:
      return complain(404, 0, "NOT_FOUND", "No virtual resource found");
  }
}

function answerApi(
  simulator: LinkedInSimulator,
  request: ReceivedRequest,
  scope: string,
  format: (member: SimulatedMember, url: URL) => UpstreamReply,
): UpstreamReply {
  const token = simulator.login.findToken(request);
  const member = simulator.members.get(token?.subject ?? "");
  if (token === undefined || member === undefined)
    return complain(401, 65_601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user");
  if (!token.scope.split(" ").includes(scope))
    return complain(403, 100, "ACCESS_DENIED", `Not enough permissions to access: GET ${request.url.pathname}`);
  return format(member, request.url);
}

function formatProfile({ id, firstName, lastName }: SimulatedMember): UpstreamReply {
  return {
    body: {
      id,
      ...(firstName !== undefined && { localizedFirstName: firstName }),
      ...(lastName !== undefined && { localizedLastName: lastName }),
    },
  };
}

function formatAddresses({ emails }: SimulatedMember, { search }: URL): UpstreamReply {
  if (search !== "?q=members&projection=(elements*(handle~))")
    return complain(400, 0, "ILLEGAL_ARGUMENT", "projection");
  const elements = emails.map((emailAddress) => ({
    "handle~": { emailAddress },
    handle: "urn:li:emailAddress:3775708763",
  }));
  return { body: { elements } };
}

function formatUserInfo({ id, firstName = "", lastName = "", emails, emailVerified }: SimulatedMember): UpstreamReply {
  return {
    body: {
      sub: id,
      name: `${firstName} ${lastName}`.trim(),
      given_name: firstName,
      family_name: lastName,
      picture: "https://media.licdn.example/picture",
      locale: { country: "US", language: "en" },
      ...(emails[0] !== undefined && { email: emails[0] }),
      ...(emailVerified !== undefined && { email_verified: emailVerified }),
    },
  };
}

function complain(status: number, serviceErrorCode: number, code: string, message: string): UpstreamReply {
  return { status, body: { status, serviceErrorCode, code, message } };
}
