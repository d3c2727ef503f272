import type { GitHubApi, GitHubTeam } from "./api.js";
import type { Organisation } from "./config.js";

export interface GroupSettings {
  readonly orgs: readonly Organisation[];
  /** The setting from before `orgs`: its teams have no prefix. */
  readonly legacyOrg: string | undefined;
  readonly loadsAll: boolean;
  readonly teamNameField: string;
}

/** The groups of a person, or undefined: they are in none of the organisations and teams that may come in. */
export function readGroups(
  api: GitHubApi,
  settings: GroupSettings,
  login: string,
  isWanted: boolean,
): Promise<readonly string[] | undefined> {
  if (settings.orgs.length > 0) return readAllowed(api, settings, login);
  if (settings.legacyOrg !== undefined) return readLegacy(api, settings, settings.legacyOrg, login);
  return settings.loadsAll && isWanted ? readAll(api, settings) : Promise.resolve([]);
}

/** An organisation without `teams` lets its members in; one with `teams` lets in who is in one of them. */
async function readAllowed(
  api: GitHubApi,
  settings: GroupSettings,
  login: string,
): Promise<readonly string[] | undefined> {
  const groups: string[] = [];
  let teams: readonly GitHubTeam[] | undefined;
  let mayComeIn = false;
  for (const { name, teams: wanted = [] } of settings.orgs) {
    if (!(await api.isMember(name, login))) continue;
    teams ??= await api.listTeams();
    const found = namesIn(teams, name, settings).filter((team) => wanted.length === 0 || wanted.includes(team));
    groups.push(...found.map((team) => `${name}:${team}`));
    mayComeIn ||= wanted.length === 0 || found.length > 0;
  }
  return mayComeIn ? groups : undefined;
}

async function readLegacy(
  api: GitHubApi,
  settings: GroupSettings,
  org: string,
  login: string,
): Promise<readonly string[] | undefined> {
  if (!(await api.isMember(org, login))) return undefined;
  return namesIn(await api.listTeams(), org, settings);
}

async function readAll(api: GitHubApi, settings: GroupSettings): Promise<readonly string[]> {
  const orgs = await api.listOrgs();
  const teams = await api.listTeams();
  return orgs.flatMap((org) => [org, ...namesIn(teams, org, settings).map((team) => `${org}:${team}`)]);
}

function namesIn(teams: readonly GitHubTeam[], org: string, { teamNameField }: GroupSettings): readonly string[] {
  return teams
    .filter(({ organization }) => organization?.login === org)
    .flatMap(({ name, slug }) => {
      if (teamNameField === "both") return [name, slug];
      return teamNameField === "slug" ? [slug] : [name];
    });
}
