import { cutPage, type Forge, type ForgeSettings, startForge } from "../../support/forge-simulator.js";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import type { IssuedToken, TokenRefusal } from "../../support/token-authority.js";

// Gitea as its documentation has it: "OAuth2 provider" (PKCE, refresh tokens that work once with INVALIDATE_REFRESH_TOKENS)
// and API 1.x (/user, /user/teams, /user/orgs). Its error codes are those that its own tests expect.

export interface GiteaPerson {
  id: number;
  login: string;
  full_name: string;
  email: string;
  active: boolean;
  prohibit_login: boolean;
  teams: { org: string | undefined; name: string }[];
  /** Without those of the teams. */
  orgs: string[];
}

export function createRobin(): GiteaPerson {
  return {
    id: 4_711,
    login: "robin",
    full_name: "Robin Example",
    email: "robin@corp.example",
    active: true,
    prohibit_login: false,
    teams: [
      { org: "acme", name: "Owners" },
      { org: "acme", name: "ops" },
    ],
    orgs: ["guild"],
  };
}

export interface GiteaSettings extends ForgeSettings {
  /** What holds the name of a team's organisation: `username` until it was renamed. */
  readonly nameField?: "username" | "name";
}

export function startGitea(settings: GiteaSettings): Promise<Forge<GiteaPerson>> {
  return startForge<GiteaPerson>(
    {
      person: createRobin(),
      authorizePath: "/login/oauth/authorize",
      tokenPath: "/login/oauth/access_token",
      authority: {
        authentication: "either",
        hasPkce: true,
        lifetimeMs: 3_600_000,
        rotation: "once",
        refuse,
        answer: ({ accessToken, refreshToken }) => ({
          access_token: accessToken,
          token_type: "bearer",
          expires_in: 3_600,
          refresh_token: refreshToken,
        }),
      },
      api: (request, token) => answerApi(request, token, settings.nameField ?? "username"),
    },
    settings,
  );
}

function refuse(refusal: TokenRefusal): UpstreamReply {
  const answers: Readonly<Record<TokenRefusal, readonly [string, string]>> = {
    client: ["invalid_client", "cannot load client with client id"],
    secret: ["unauthorized_client", "invalid client secret"],
    code: ["unauthorized_client", "client is not authorized"],
    "redirect-uri": ["unauthorized_client", "unexpected redirect URI"],
    "refresh-token": ["unauthorized_client", "unable to parse refresh token"],
    "used-refresh-token": ["unauthorized_client", "token was already used"],
  };
  const [error, error_description] = answers[refusal];
  return { status: 400, body: { error, error_description } };
}

function answerApi(
  { url }: ReceivedRequest,
  token: IssuedToken<GiteaPerson> | undefined,
  nameField: "username" | "name",
): UpstreamReply {
  if (token === undefined) return refuseGitea(401, "token is required");
  const { teams, orgs, ...user } = token.person;
  if (user.prohibit_login) {
    return refuseGitea(403, "This account is prohibited from signing in, please contact your site administrator.");
  }
  const describeOrg = (name: string): object => ({
    id: 1,
    [nameField]: name,
    full_name: `The ${name}`,
    visibility: "private",
  });
  if (url.pathname === "/api/v1/user") return { body: { ...user, is_admin: false, username: user.login } };
  // The server's own limit is lower than what is asked for.
  const page = (list: readonly object[]): UpstreamReply => ({
    headers: { "x-total-count": String(list.length) },
    body: cutPage(url, list, { parameter: "limit", usual: 30, most: 40 }).items,
  });
  if (url.pathname === "/api/v1/user/teams") {
    return page(
      teams.map(({ org, name }, id) => ({ id, name, ...(org !== undefined && { organization: describeOrg(org) }) })),
    );
  }
  if (url.pathname !== "/api/v1/user/orgs") return refuseGitea(404, "Not Found");
  const names = new Set([...teams.flatMap(({ org }) => org ?? []), ...orgs]);
  return page([...names].map(describeOrg));
}

function refuseGitea(status: number, message: string): UpstreamReply {
  return { status, body: { message, url: "https://gitea.example/api/swagger" } };
}
