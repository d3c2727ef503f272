import { githubApiPath, startGitHub } from "../github/simulator.js";
import { createForgeStand } from "./forge-stand.js";

/** A GitHub App whose tokens end. */
export const githubStand = createForgeStand({
  type: "github",
  start: (settings) => startGitHub({ ...settings, expires: true }),
  places: {
    "/login/oauth/access_token": "token",
    [`${githubApiPath}/user`]: "user",
    [`${githubApiPath}/user/emails`]: "emails",
    [`${githubApiPath}/user/orgs`]: "orgs",
    [`${githubApiPath}/user/teams`]: "teams",
  },
  settings: (url, restricted) => ({
    baseURL: url,
    apiURL: `${url}${githubApiPath}`,
    ...(restricted ? { orgs: [{ name: "crew" }] } : { loadAllGroups: true }),
  }),
  personOf: ({ id, login, name, email, groups }) => ({
    ...{ id: Number(id), login, name, email: null },
    emails: [{ email, primary: true, verified: true, visibility: "private" }],
    orgs: [...groups],
    teams: [],
  }),
  idMissing: { id: undefined },
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
});
