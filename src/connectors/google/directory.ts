import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { trimSlashes } from "../../platform/url.js";
import { limitTime } from "../shared/limit-time.js";
import { UpstreamError, UpstreamRefusal } from "../shared/upstream-error.js";
import {
  parseJson,
  requireSuccess,
  sendPatiently,
  type UpstreamCaller,
  withoutRefusal,
} from "../shared/upstream-json.js";
import type { ServiceAccount } from "./delegation.js";

/** Groups of people, from the Directory API of Google Workspace. */
export interface Directory {
  /** E-mail addresses of the groups. Undefined: no administrator is configured for the person's domain. */
  listGroups(email: string): Promise<readonly string[] | undefined>;
  /** Every administrator that is configured. */
  admins(): readonly string[];
  /** Asks as this administrator for their own groups. */
  tryAdmin(adminEmail: string): Promise<void>;
}

export interface DirectoryOptions extends UpstreamCaller {
  readonly clock: Clock;
  readonly url: string;
  readonly account: ServiceAccount;
  /** By domain in lower case; `*` for all others. */
  readonly admins: ReadonlyMap<string, string>;
  /** Also the groups that groups are in. */
  readonly isTransitive: boolean;
}

const Page = z.object({
  groups: z.array(z.object({ email: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});
type Page = z.infer<typeof Page>;

/** Bounds for a directory that never comes to an end. */
const maxPages = 100;
const maxGroups = 5_000;
/** Groups whose own groups are asked for at once. */
const atOnce = 8;

export function createDirectory(options: DirectoryOptions): Directory {
  const { admins, isTransitive } = options;
  return {
    async listGroups(email) {
      const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
      const admin = admins.get(domain) ?? admins.get("*");
      if (admin === undefined) return undefined;
      // Groups of groups of groups: each has a request of its own, and all of them together must end.
      const limited = { ...options, ...limitTime(options, options.clock) };
      const direct = await readAll(limited, admin, email);
      return isTransitive ? addParents(limited, admin, direct) : [...new Set(direct)];
    },
    admins: () => [...new Set(admins.values())],
    tryAdmin: async (admin) => void (await readPage(options, admin, admin, undefined)),
  };
}

/** Level by level; a group is asked for once, so that groups may be in each other. */
async function addParents(
  options: DirectoryOptions,
  admin: string,
  direct: readonly string[],
): Promise<readonly string[]> {
  const found = new Set(direct);
  const queue = [...found];
  while (queue.length > 0) {
    if (found.size > maxGroups) throw new UpstreamError("the directory names too many groups");
    const parents = await Promise.all(queue.splice(0, atOnce).map((group) => readAll(options, admin, group)));
    for (const group of parents.flat()) {
      if (found.has(group)) continue;
      found.add(group);
      queue.push(group);
    }
  }
  return [...found];
}

async function readAll(options: DirectoryOptions, admin: string, member: string): Promise<readonly string[]> {
  const emails: string[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { groups, nextPageToken } = await readPage(options, admin, member, pageToken);
    emails.push(...groups.map(({ email }) => email));
    if (nextPageToken === undefined || nextPageToken === "") return emails;
    pageToken = nextPageToken;
  }
  throw new UpstreamError("the directory's list of groups does not end");
}

/** `groups.list` of the Directory API. */
async function readPage(
  options: DirectoryOptions,
  admin: string,
  member: string,
  pageToken: string | undefined,
): Promise<Page> {
  const query = new URLSearchParams({ userKey: member, ...(pageToken !== undefined && { pageToken }) });
  const url = `${trimSlashes(options.url)}/admin/directory/v1/groups?${query}`;
  const ask = async (): Promise<Page> => {
    const headers = { authorization: `Bearer ${await options.account.tokenFor(admin)}` };
    const response = await sendPatiently(options, { url, headers });
    // Somebody whom the directory does not know is in none of its groups.
    if (response.status === 404) return { groups: [] };
    return parseJson(Page, requireSuccess(response));
  };
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UpstreamRefusal)) throw error;
    options.account.forget(admin);
    return await withoutRefusal(ask());
  }
}
