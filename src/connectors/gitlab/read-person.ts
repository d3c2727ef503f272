import type { LoginResult, WantedScopes } from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import type { GitLabApi } from "./api.js";
import type { GitLabOptions } from "./config.js";
import { readGroups } from "./read-groups.js";

/** Who the person of the token is, and whether they may come in. */
export async function readPerson(
  options: GitLabOptions,
  api: GitLabApi,
  wanted: WantedScopes,
): Promise<Exclude<LoginResult, { outcome: "bad-credentials" }>> {
  const answer = await api.readUser();
  if ("blocked" in answer) return { outcome: "denied", detail: answer.blocked };
  const user = answer.person;
  if (user.state !== undefined && user.state !== "active") {
    return { outcome: "denied", detail: `the account is ${user.state}` };
  }
  const settings = { addsRoles: options.getGroupsPermission, isInherited: options.inheritedGroups };
  const all = needsGroups(options, wanted) ? await readGroups(api, settings, user.id) : [];
  const groups = findAllowedGroups(all, options.groups);
  if (groups === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: {
      userId: options.useLoginAsID ? user.username : user.id,
      username: user.name || user.email,
      preferredUsername: user.username,
      email: user.email,
      emailVerified: user.isConfirmed,
      groups,
    },
  };
}

export function needsGroups({ groups = [] }: GitLabOptions, wanted: WantedScopes): boolean {
  return wanted.groups || groups.length > 0;
}
