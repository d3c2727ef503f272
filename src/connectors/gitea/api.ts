import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { fetchPerson, type PersonAnswer } from "../shared/blocked-person.js";
import { fetchPages, followingPage } from "../shared/fetch-pages.js";
import type { TokenSet } from "../shared/oauth2-client.js";
import { numericId, textOrEmpty } from "../shared/upstream-fields.js";
import { fetchJson, type UpstreamCaller } from "../shared/upstream-json.js";

const User = z
  .object({
    id: numericId,
    login: z.string().min(1),
    full_name: textOrEmpty,
    email: textOrEmpty,
    active: z.boolean().optional().catch(undefined),
    prohibit_login: z.boolean().optional().catch(undefined),
  })
  .transform(({ id, login, full_name, email, active, prohibit_login }) => ({
    ...{ id, login, email },
    fullName: full_name,
    isBlocked: active === false || prohibit_login === true,
  }));
export type GiteaUser = z.output<typeof User>;

/** `username` is the older name of `name`, and the one that Dex reads. */
const OrganisationName = z
  .object({ username: textOrEmpty, name: textOrEmpty })
  .transform(({ username, name }) => username || name);

const Team = z
  .object({ name: z.string(), organization: OrganisationName.optional().catch(undefined) })
  .transform(({ name, organization }) => ({ name, org: organization ?? "" }));
export type GiteaTeam = z.output<typeof Team>;

/** The part of Gitea's API that tells who somebody is, asked with this person's token. */
export interface GiteaApi {
  readUser(): Promise<PersonAnswer<GiteaUser>>;
  listTeams(): Promise<readonly GiteaTeam[]>;
  /** Also those in which the person is in no team that the list of teams shows. */
  listOrgs(): Promise<readonly string[]>;
}

export interface GiteaApiOptions extends UpstreamCaller {
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

const saysBlocked = /account is (prohibited from signing in|not activated)/i;

export function createGiteaApi(options: GiteaApiOptions, { tokenType, accessToken }: TokenSet): GiteaApi {
  const { baseUrl, clock, ...caller } = options;
  const headers = { authorization: `${tokenType} ${accessToken}` };

  /** Up to the first empty page: a server may give less on a page than it is asked for. */
  function list<T>(schema: z.ZodType<T>, path: string): Promise<readonly T[]> {
    return fetchPages(clock, `${baseUrl}/api/v1${path}?page=1&limit=50`, async (url) => {
      const items = await fetchJson(caller, z.array(schema), { url, headers });
      return { items, next: items.length === 0 ? undefined : followingPage(url) };
    });
  }

  return {
    readUser: () => fetchPerson(caller, User, { url: `${baseUrl}/api/v1/user`, headers }, saysBlocked),
    // One without an organisation is in none that could be named (O-23).
    listTeams: async () => (await list(Team, "/user/teams")).filter(({ org }) => org !== ""),
    listOrgs: async () => (await list(OrganisationName, "/user/orgs")).filter((name) => name !== ""),
  };
}
