import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { fetchPages } from "../shared/fetch-pages.js";
import type { TokenSet } from "../shared/oauth2-client.js";
import { textOrEmpty } from "../shared/upstream-fields.js";
import { fetchJson, parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";

const User = z
  .object({ uuid: z.string().min(1), username: textOrEmpty, account_status: z.string().optional().catch(undefined) })
  .transform(({ uuid, username, account_status }) => ({ uuid, username, status: account_status }));
export type BitbucketUser = z.output<typeof User>;

const Email = z
  .object({ email: z.string().min(1), is_primary: z.boolean(), is_confirmed: z.boolean() })
  .transform(({ email, is_primary, is_confirmed }) => ({ email, isPrimary: is_primary, isConfirmed: is_confirmed }));
export type BitbucketEmail = z.output<typeof Email>;

const Access = z.object({ workspace: z.object({ slug: z.string().min(1) }) });
const Permission = z.object({ permission: z.string().min(1) });

/** The part of Bitbucket's API that tells who somebody is, asked with this person's token. */
export interface BitbucketApi {
  readUser(): Promise<BitbucketUser>;
  listEmails(): Promise<readonly BitbucketEmail[]>;
  /** Slugs of the workspaces. */
  listWorkspaces(): Promise<readonly string[]>;
  /** Undefined: the person may not see it. */
  findPermission(slug: string): Promise<string | undefined>;
}

export interface BitbucketApiOptions extends UpstreamCaller {
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly apiUrl: string;
}

export function createBitbucketApi(options: BitbucketApiOptions, { tokenType, accessToken }: TokenSet): BitbucketApi {
  const { apiUrl, clock, ...caller } = options;
  const headers = { authorization: `${tokenType} ${accessToken}` };

  function list<T>(schema: z.ZodType<T>, path: string): Promise<readonly T[]> {
    const answer = z.object({ values: z.array(schema), next: z.string().optional() });
    return fetchPages(clock, `${apiUrl}${path}?pagelen=100`, async (url) => {
      const { values, next } = await fetchJson(caller, answer, { url, headers });
      return { items: values, next };
    });
  }

  return {
    readUser: () => fetchJson(caller, User, { url: `${apiUrl}/user`, headers }),
    listEmails: () => list(Email, "/user/emails"),
    listWorkspaces: async () => (await list(Access, "/user/workspaces")).map(({ workspace }) => workspace.slug),

    async findPermission(slug) {
      const url = `${apiUrl}/user/workspaces/${encodeURIComponent(slug)}/permission`;
      const response = await sendPatiently(caller, { url, headers });
      if (response.status === 403 || response.status === 404) return undefined;
      return parseJson(Permission, requireSuccess(response)).permission;
    },
  };
}
