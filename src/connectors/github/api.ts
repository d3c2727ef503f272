import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { fetchPerson, type PersonAnswer } from "../shared/blocked-person.js";
import { fetchPages, findNextLink } from "../shared/fetch-pages.js";
import type { TokenSet } from "../shared/oauth2-client.js";
import { numericId, textOrEmpty } from "../shared/upstream-fields.js";
import { parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";

const User = z
  .object({
    id: numericId,
    login: z.string().min(1),
    name: textOrEmpty,
    email: textOrEmpty,
    suspended_at: z.string().nullish().catch(undefined),
  })
  .transform(({ suspended_at, ...user }) => ({ ...user, suspendedAt: suspended_at ?? undefined }));
export type GitHubUser = z.output<typeof User>;

const Email = z.object({ email: z.string().min(1), primary: z.boolean(), verified: z.boolean() });
export type GitHubEmail = z.infer<typeof Email>;

const Named = z.object({ login: z.string().min(1) });
/** Teams of an enterprise stand in no organisation. */
const Team = z.object({ name: z.string(), slug: z.string(), organization: Named.optional().catch(undefined) });
export type GitHubTeam = z.infer<typeof Team>;

/** The part of GitHub's REST API that tells who somebody is, asked with this person's token. */
export interface GitHubApi {
  readUser(): Promise<PersonAnswer<GitHubUser>>;
  listEmails(): Promise<readonly GitHubEmail[]>;
  isMember(org: string, login: string): Promise<boolean>;
  /** Logins of the organisations. */
  listOrgs(): Promise<readonly string[]>;
  /** Teams of all organisations. */
  listTeams(): Promise<readonly GitHubTeam[]>;
}

export interface GitHubApiOptions extends UpstreamCaller {
  readonly clock: Clock;
  readonly apiUrl: string;
}

export function createGitHubApi(options: GitHubApiOptions, { tokenType, accessToken }: TokenSet): GitHubApi {
  const { apiUrl, clock, ...caller } = options;
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `${tokenType} ${accessToken}`,
    "x-github-api-version": "2022-11-28",
  };

  function list<T>(schema: z.ZodType<T>, path: string): Promise<readonly T[]> {
    return fetchPages(clock, `${apiUrl}${path}?per_page=100`, async (url) => {
      const response = requireSuccess(await sendPatiently(caller, { url, headers }));
      return { items: parseJson(z.array(schema), response), next: findNextLink(response.header("link")) };
    });
  }

  return {
    readUser: () =>
      fetchPerson(caller, User, { url: `${apiUrl}/user`, headers }, /account (was|is|has been) suspended/i),
    listEmails: () => list(Email, "/user/emails"),
    listTeams: () => list(Team, "/user/teams"),
    listOrgs: async () => (await list(Named, "/user/orgs")).map(({ login }) => login),

    async isMember(org, login) {
      const url = `${apiUrl}/orgs/${encodeURIComponent(org)}/members/${encodeURIComponent(login)}`;
      const response = await sendPatiently(caller, { url, headers, followRedirects: false });
      // 302 leads to the public members: whoever asks is none. 404: none, or the organisation is unknown.
      if (response.status === 302 || response.status === 404) return false;
      // The organisation demands a login of its own (SAML) that this token does not have: it has said no.
      if (response.status === 403 && response.header("x-github-sso")?.startsWith("required")) return false;
      return requireSuccess(response).status === 204;
    },
  };
}
