import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { fetchPerson, type PersonAnswer } from "../shared/blocked-person.js";
import { fetchPages, followingPage } from "../shared/fetch-pages.js";
import type { TokenSet } from "../shared/oauth2-client.js";
import { numericId, textOrEmpty } from "../shared/upstream-fields.js";
import { fetchJson, parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";

const User = z
  .object({
    id: numericId,
    username: z.string().min(1),
    name: textOrEmpty,
    email: textOrEmpty,
    state: z.string().optional().catch(undefined),
    confirmed_at: z.string().nullish().catch(undefined),
  })
  .transform(({ confirmed_at, ...user }) => ({
    ...user,
    /** Null is GitLab's word for an address that nobody has confirmed; older versions do not say. */
    isConfirmed: confirmed_at !== null,
  }));
export type GitLabUser = z.output<typeof User>;

const paths = z.array(z.string()).nullish();
const UserInfo = z
  .object({
    groups: paths,
    "https://gitlab.org/claims/groups/owner": paths,
    "https://gitlab.org/claims/groups/maintainer": paths,
    "https://gitlab.org/claims/groups/developer": paths,
  })
  .transform((claims) => ({
    groups: claims.groups ?? [],
    /** The highest first. */
    roles: [
      { role: "owner", groups: claims["https://gitlab.org/claims/groups/owner"] ?? [] },
      { role: "maintainer", groups: claims["https://gitlab.org/claims/groups/maintainer"] ?? [] },
      { role: "developer", groups: claims["https://gitlab.org/claims/groups/developer"] ?? [] },
    ],
  }));
export type GitLabUserInfo = z.output<typeof UserInfo>;

const Group = z
  .object({ id: numericId, full_path: textOrEmpty, path: textOrEmpty })
  .transform(({ id, full_path, path }) => ({ id, path: full_path || path }));
export type GitLabGroup = z.output<typeof Group>;

const Membership = z.object({ access_level: z.number() });

const TokenInfo = z
  .object({
    resource_owner_id: z.number().nullish(),
    application: z.object({ uid: z.string() }).nullish(),
  })
  .transform(({ resource_owner_id, application }) => ({
    personId: typeof resource_owner_id === "number" ? String(resource_owner_id) : undefined,
    applicationId: application?.uid,
  }));

/** The part of GitLab's API that tells who somebody is, asked with this person's token. */
export interface GitLabApi {
  readUser(): Promise<PersonAnswer<GitLabUser>>;
  readUserInfo(): Promise<GitLabUserInfo>;
  /** Also through groups above. */
  listGroups(): Promise<readonly GitLabGroup[]>;
  /** Undefined: the person may not see it. */
  findAccessLevel(groupId: string, userId: string): Promise<number | undefined>;
  /** Whose token this is, and which application got it. */
  readToken(): Promise<{ readonly personId: string | undefined; readonly applicationId: string | undefined }>;
}

export interface GitLabApiOptions extends UpstreamCaller {
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** What GitLab tells an account that may not come in; the same words since version 13. */
const saysBlocked = /account (has been|is) (blocked|deactivated|banned|pending approval)/i;
const groupsPerPage = 100;

export function createGitLabApi(options: GitLabApiOptions, { tokenType, accessToken }: TokenSet): GitLabApi {
  const { baseUrl, clock, ...caller } = options;
  const headers = { authorization: `${tokenType} ${accessToken}` };
  const at = (path: string) => ({ url: `${baseUrl}${path}`, headers });
  return {
    readUser: () => fetchPerson(caller, User, at("/api/v4/user"), saysBlocked),
    readUserInfo: () => fetchJson(caller, UserInfo, at("/oauth/userinfo")),
    readToken: () => fetchJson(caller, TokenInfo, at("/oauth/token/info")),

    listGroups: () =>
      fetchPages(
        clock,
        `${baseUrl}/api/v4/groups?all_available=false&per_page=${groupsPerPage}&page=1`,
        async (url) => {
          const items = await fetchJson(caller, z.array(Group), { url, headers });
          return { items, next: items.length < groupsPerPage ? undefined : followingPage(url) };
        },
      ),

    async findAccessLevel(groupId, userId) {
      const response = await sendPatiently(caller, at(`/api/v4/groups/${groupId}/members/all/${userId}`));
      if (response.status === 403 || response.status === 404) return undefined;
      return parseJson(Membership, requireSuccess(response)).access_level;
    },
  };
}
