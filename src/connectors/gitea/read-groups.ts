import type { GiteaApi } from "./api.js";
import type { Organisation } from "./config.js";

/** All organisations and teams of a person, `ORG` and `ORG:TEAM`, in Dex's order; those without a team come last. */
export async function readAllGroups(api: GiteaApi): Promise<readonly string[]> {
  const teams = await api.listTeams();
  const orgs = await api.listOrgs();
  return [...new Set([...teams.flatMap(({ org, name }) => [org, `${org}:${name}`]), ...orgs])];
}

/**
 * The groups of a person that are listed, or undefined: they are in none of the organisations and teams that may come in.
 * An organisation with `teams` lets in who is in one of them: its members alone are not enough (dex-connectors O-5).
 */
export async function readAllowedGroups(
  api: GiteaApi,
  allowed: readonly Organisation[],
): Promise<readonly string[] | undefined> {
  const groups = new Set(await readAllGroups(api));
  const names = new Set(allowed.flatMap(({ name, teams = [] }) => [name, ...teams.map((team) => `${name}:${team}`)]));
  const mayComeIn = allowed.some(({ name, teams = [] }) =>
    teams.length === 0 ? groups.has(name) : teams.some((team) => groups.has(`${name}:${team}`)),
  );
  return mayComeIn ? [...groups].filter((group) => names.has(group)) : undefined;
}
