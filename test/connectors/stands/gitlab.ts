import { startGitLab } from "../gitlab/simulator.js";
import { createForgeStand } from "./forge-stand.js";

export const gitlabStand = createForgeStand({
  type: "gitlab",
  start: startGitLab,
  places: { "/oauth/token": "token", "/api/v4/user": "user", "/oauth/userinfo": "userinfo" },
  settings: (url, restricted) => ({ baseURL: url, ...(restricted && { groups: ["crew"] }) }),
  personOf: ({ id, login, name, email, groups }) => ({
    ...{ id: Number(id), username: login, name, email },
    groups: groups.map((path, index) => ({ id: index, path, level: 30 })),
    inherited: [],
  }),
  idMissing: { id: undefined },
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
});
