import { startGitea } from "../gitea/simulator.js";
import { createForgeStand } from "./forge-stand.js";

export const giteaStand = createForgeStand({
  type: "gitea",
  start: startGitea,
  places: {
    "/login/oauth/access_token": "token",
    "/api/v1/user": "user",
    "/api/v1/user/teams": "teams",
    "/api/v1/user/orgs": "orgs",
  },
  settings: (url, restricted) => ({
    baseURL: url,
    ...(restricted ? { orgs: [{ name: "crew" }] } : { loadAllGroups: true }),
  }),
  personOf: ({ id, login, name, email, groups }) => ({
    ...{ id: Number(id), login, full_name: name, email, orgs: [...groups] },
    teams: [],
  }),
  idMissing: { id: undefined },
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
});
