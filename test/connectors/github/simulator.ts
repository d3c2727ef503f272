import { cutPage, type Forge, type ForgeSettings, startForge } from "../../support/forge-simulator.js";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import type { IssuedToken, TokenRefusal } from "../../support/token-authority.js";

// GitHub as its documentation has it: "Authorizing OAuth apps", "Refreshing user access tokens", REST API 2022-11-28
// (users, emails, orgs/members, teams), "Best practices for using the REST API" for limits. The API is below /api/v3, where
// an Enterprise Server has it.

export interface GitHubPerson {
  id: number;
  login: string;
  name: string | null;
  /** The public one. */
  email: string | null;
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[];
  orgs: string[];
  teams: { org: string; name: string; slug: string }[];
  isSuspended?: boolean;
}

export function createOctocat(): GitHubPerson {
  return {
    id: 583_231,
    login: "octocat",
    name: "The Octocat",
    email: null,
    emails: [
      { email: "octocat@github.example", primary: true, verified: true, visibility: "private" },
      { email: "cat@work.example.com", primary: false, verified: true, visibility: null },
      { email: "new@corp.example.com", primary: false, verified: false, visibility: null },
    ],
    orgs: ["acme"],
    teams: [
      { org: "acme", name: "Core Team", slug: "core-team" },
      { org: "acme", name: "ops", slug: "ops" },
    ],
  };
}

export const githubApiPath = "/api/v3";
const documentation_url = "https://docs.github.com/rest";

/** `expires`: a GitHub App with expiring tokens (8 hours, refresh tokens that work once); otherwise an OAuth app. */
export function startGitHub(settings: ForgeSettings & { readonly expires?: boolean }): Promise<Forge<GitHubPerson>> {
  return startForge<GitHubPerson>(
    {
      person: createOctocat(),
      authorizePath: "/login/oauth/authorize",
      tokenPath: "/login/oauth/access_token",
      authority: {
        authentication: "either",
        hasPkce: true,
        lifetimeMs: settings.expires === true ? 28_800_000 : undefined,
        rotation: "once",
        refuse,
        answer: ({ accessToken, refreshToken, scopes, endsAt }) => ({
          access_token: accessToken,
          ...(endsAt !== undefined && {
            expires_in: 28_800,
            refresh_token: refreshToken,
            refresh_token_expires_in: 15_897_600,
          }),
          scope: scopes.join(","),
          token_type: "bearer",
        }),
      },
      api: answerApi,
    },
    settings,
  );
}

/** Errors come with status 200; only an unknown client gets another. */
function refuse(refusal: TokenRefusal): UpstreamReply {
  const codes: Readonly<Record<TokenRefusal, string>> = {
    client: "",
    secret: "incorrect_client_credentials",
    code: "bad_verification_code",
    "redirect-uri": "redirect_uri_mismatch",
    "refresh-token": "bad_refresh_token",
    "used-refresh-token": "bad_refresh_token",
  };
  if (refusal === "client") return { status: 404, body: { error: "Not Found" } };
  return { body: { error: codes[refusal], error_description: "As its name says.", error_uri: documentation_url } };
}

export function refuseGitHub(status: number, message: string, headers: Record<string, string> = {}): UpstreamReply {
  return { status, headers, body: { message, documentation_url, status: String(status) } };
}

function answerApi(request: ReceivedRequest, token: IssuedToken<GitHubPerson> | undefined): UpstreamReply {
  if (request.headers.authorization === undefined) return refuseGitHub(401, "Requires authentication");
  if (token === undefined) return refuseGitHub(401, "Bad credentials");
  if (token.person.isSuspended) return refuseGitHub(403, "Sorry. Your account was suspended.");
  const path = request.url.pathname.slice(githubApiPath.length);
  const member = /^\/orgs\/([^/]+)\/members\/([^/]+)$/.exec(path);
  if (member !== null) return answerMember(request, token, member.slice(1).map(decodeURIComponent));
  if (path === "/user") return { body: describeUser(token.person) };
  const needed = path === "/user/emails" ? "user:email" : "read:org";
  if (!token.scopes.includes(needed)) return refuseGitHub(404, "Not Found");
  const list = listAt(path, token.person);
  return list === undefined ? refuseGitHub(404, "Not Found") : answerPage(request, list);
}

function describeUser({ id, login, name, email }: GitHubPerson): object {
  return {
    login,
    id,
    node_id: "MDQ6VXNlcjE=",
    type: "User",
    site_admin: false,
    name,
    email,
    created_at: "2008-01-14T04:33:35Z",
  };
}

function listAt(path: string, { emails, orgs, teams }: GitHubPerson): readonly object[] | undefined {
  if (path === "/user/emails") return emails;
  if (path === "/user/orgs") return orgs.map((login, id) => ({ login, id, description: null }));
  if (path !== "/user/teams") return undefined;
  return teams.map(({ org, name, slug }, id) => ({
    id,
    name,
    slug,
    privacy: "closed",
    organization: { login: org, id: 1 },
  }));
}

function answerPage({ url }: ReceivedRequest, list: readonly object[]): UpstreamReply {
  const { page, size, items, hasNext } = cutPage(url, list, { usual: 30 });
  const link = (at: number, rel: string): string =>
    `<${url.origin}${url.pathname}?per_page=${size}&page=${at}>; rel="${rel}"`;
  const last = Math.max(1, Math.ceil(list.length / size));
  const links = [
    ...(page > 1 ? [link(page - 1, "prev"), link(1, "first")] : []),
    ...(hasNext ? [link(page + 1, "next"), link(last, "last")] : []),
  ];
  return { ...(links.length > 0 && { headers: { link: links.join(", ") } }), body: items };
}

/** Names of organisations have no case. */
function answerMember(
  { url }: ReceivedRequest,
  { person }: IssuedToken<GitHubPerson>,
  [org = "", login = ""]: readonly string[],
): UpstreamReply {
  const isIn = person.orgs.some((each) => each.toLowerCase() === org.toLowerCase());
  if (isIn && login === person.login) return { status: 204 };
  if (isIn) return refuseGitHub(404, "Not Found");
  return { status: 302, headers: { location: url.href.replace("/members/", "/public_members/") } };
}
