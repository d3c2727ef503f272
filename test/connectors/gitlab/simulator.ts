import { cutPage, type Forge, type ForgeSettings, startForge } from "../../support/forge-simulator.js";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import type { IssuedToken, TokenRefusal } from "../../support/token-authority.js";

// GitLab as its documentation has it: "OAuth 2.0 identity provider API" (tokens of two hours, refresh tokens that work
// once), "GitLab as OpenID Connect identity provider" (claims of groups), "Users", "Groups" and "Group members" APIs.

export interface GitLabPerson {
  id: number;
  username: string;
  name: string;
  email: string;
  state: string;
  confirmedAt: string | null;
  /** Direct memberships. */
  groups: { id: number; path: string; level: number }[];
  /** What `GET /groups` lists besides. */
  inherited: { id: number; path: string; level: number | undefined }[];
}

export function createJane(): GitLabPerson {
  return {
    id: 12_345_678,
    username: "jane",
    name: "Jane Doe",
    email: "jane@corp.example",
    state: "active",
    confirmedAt: "2024-01-14T04:33:35.000Z",
    groups: [
      { id: 1, path: "acme", level: 50 },
      { id: 2, path: "tools/build", level: 30 },
      { id: 3, path: "guests", level: 10 },
    ],
    inherited: [
      { id: 11, path: "acme/platform", level: 50 },
      { id: 12, path: "shared/docs", level: 20 },
      { id: 13, path: "secret", level: undefined },
    ],
  };
}

export function startGitLab(settings: ForgeSettings): Promise<Forge<GitLabPerson>> {
  return startForge<GitLabPerson>(
    {
      person: createJane(),
      authorizePath: "/oauth/authorize",
      tokenPath: "/oauth/token",
      authority: {
        authentication: "either",
        hasPkce: true,
        lifetimeMs: 7_200_000,
        rotation: "once",
        refuse,
        answer: ({ accessToken, refreshToken, scopes }) => ({
          access_token: accessToken,
          token_type: "Bearer",
          expires_in: 7_200,
          refresh_token: refreshToken,
          scope: scopes.join(" "),
          created_at: 1_607_635_748,
        }),
      },
      api: answerApi,
    },
    settings,
  );
}

function refuse(refusal: TokenRefusal): UpstreamReply {
  if (refusal === "client" || refusal === "secret") {
    const error_description =
      "Client authentication failed due to unknown client, or no client authentication included.";
    return { status: 401, body: { error: "invalid_client", error_description } };
  }
  const error_description = "The provided authorization grant is invalid, expired, revoked, or was used already.";
  return { status: 400, body: { error: "invalid_grant", error_description } };
}

function answerApi(request: ReceivedRequest, token: IssuedToken<GitLabPerson> | undefined): UpstreamReply {
  const { url } = request;
  if (token === undefined) return { status: 401, body: { message: "401 Unauthorized" } };
  if (url.pathname === "/oauth/token/info") return { body: describeToken(token) };
  const blocked = findBlock(token.person);
  if (blocked !== undefined) return { status: 403, body: { message: `403 Forbidden - ${blocked}` } };
  const needed = scopeFor(url.pathname);
  if (!token.scopes.includes(needed)) {
    const error_description = "The request requires higher privileges than provided by the access token.";
    return { status: 403, body: { error: "insufficient_scope", error_description, scope: needed } };
  }
  return answerFor(token.person, url);
}

function scopeFor(path: string): string {
  if (path === "/oauth/userinfo") return "openid";
  return path === "/api/v4/user" ? "read_user" : "read_api";
}

function findBlock({ state }: GitLabPerson): string | undefined {
  if (state === "blocked") return "Your account has been blocked.";
  if (state === "deactivated") return "Your account has been deactivated by your administrator. Please log back in.";
  return undefined;
}

function describeToken({ person, scopes, application }: IssuedToken<GitLabPerson>): object {
  return {
    resource_owner_id: person.id,
    scope: scopes,
    expires_in: 7_000,
    application: { uid: application },
    created_at: 1_607_635_748,
  };
}

function answerFor(person: GitLabPerson, url: URL): UpstreamReply {
  const { id, username, name, email, state, confirmedAt, groups } = person;
  if (url.pathname === "/api/v4/user") {
    return {
      body: { id, username, name, state, locked: false, email, confirmed_at: confirmedAt, two_factor_enabled: true },
    };
  }
  if (url.pathname === "/oauth/userinfo")
    return { body: { sub: String(id), nickname: username, ...describeGroups(groups) } };
  if (url.pathname === "/api/v4/groups") return answerGroups(person, url);
  const member = /^\/api\/v4\/groups\/(\d+)\/members\/all\/(\d+)$/.exec(url.pathname);
  const level = [...groups, ...person.inherited].find((group) => String(group.id) === member?.[1])?.level;
  if (level === undefined || member?.[2] !== String(id)) return { status: 404, body: { message: "404 Not found" } };
  return { body: { id, username, name, state, access_level: level } };
}

function describeGroups(groups: GitLabPerson["groups"]): object {
  const pathsAt = (level: number): readonly string[] =>
    groups.filter((group) => group.level === level).map(({ path }) => path);
  return {
    groups: groups.map(({ path }) => path),
    "https://gitlab.org/claims/groups/owner": pathsAt(50),
    "https://gitlab.org/claims/groups/maintainer": pathsAt(40),
    "https://gitlab.org/claims/groups/developer": pathsAt(30),
  };
}

function answerGroups({ groups, inherited }: GitLabPerson, url: URL): UpstreamReply {
  const all = [...groups, ...inherited].map(({ id, path }) => ({
    id,
    path: path.split("/").at(-1),
    full_path: path,
    name: path,
  }));
  const { page, items, hasNext } = cutPage(url, all);
  return { headers: { "x-page": String(page), "x-next-page": hasNext ? String(page + 1) : "" }, body: items };
}
