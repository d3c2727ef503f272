import type { GitLabApi, GitLabGroup, GitLabUserInfo } from "./api.js";

export interface GroupSettings {
  readonly addsRoles: boolean;
  readonly isInherited: boolean;
}

/** The groups of a person by full path, and behind them `path:role` where that is set, as in Dex. */
export async function readGroups(
  api: GitLabApi,
  { addsRoles, isInherited }: GroupSettings,
  userId: string,
): Promise<readonly string[]> {
  const inherited = isInherited ? await api.listGroups() : undefined;
  if (inherited !== undefined && !addsRoles) return inherited.map(({ path }) => path);
  const info = await api.readUserInfo();
  if (!addsRoles) return info.groups;
  const paths = inherited?.map(({ path }) => path) ?? info.groups;
  const claimed = new Map(paths.flatMap((path) => toEntry(path, findClaimedRole(info, path))));
  const asked = await askRoles(
    api,
    (inherited ?? []).filter(({ path }) => !claimed.has(path)),
    userId,
  );
  const roles = new Map([...claimed, ...asked]);
  return [...paths, ...paths.flatMap((path) => (roles.has(path) ? [`${path}:${roles.get(path)}`] : []))];
}

function toEntry(path: string, role: string | undefined): readonly (readonly [string, string])[] {
  return role === undefined ? [] : [[path, role]];
}

/** A role in a group is one in the groups below it. */
function findClaimedRole({ roles }: GitLabUserInfo, path: string): string | undefined {
  return roles.find(({ groups }) => groups.some((group) => path === group || path.startsWith(`${group}/`)))?.role;
}

/** Questions on their way at one time: GitLab counts requests, and a login should not take a minute. */
const askedAtOnce = 8;

/** The roles that claims do not tell: below developer, or through a group that was shared. */
async function askRoles(
  api: GitLabApi,
  groups: readonly GitLabGroup[],
  userId: string,
): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (let from = 0; from < groups.length; from += askedAtOnce) {
    const asked = groups.slice(from, from + askedAtOnce).map(async ({ id, path }) => {
      const level = await api.findAccessLevel(id, userId);
      return toEntry(path, level === undefined ? undefined : roleNames.get(level));
    });
    found.push(...(await Promise.all(asked)).flat());
  }
  return found;
}

/** GitLab's access levels. */
const roleNames: ReadonlyMap<number, string> = new Map([
  [5, "minimal_access"],
  [10, "guest"],
  [15, "planner"],
  [20, "reporter"],
  [25, "security_manager"],
  [30, "developer"],
  [40, "maintainer"],
  [50, "owner"],
  [60, "admin"],
]);
