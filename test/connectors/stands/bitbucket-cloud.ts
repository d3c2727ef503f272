import { bitbucketApiPath, startBitbucket } from "../bitbucket-cloud/simulator.js";
import { createForgeStand } from "./forge-stand.js";

export const bitbucketCloudStand = createForgeStand({
  type: "bitbucket-cloud",
  start: startBitbucket,
  places: {
    "/site/oauth2/access_token": "token",
    [`${bitbucketApiPath}/user`]: "user",
    [`${bitbucketApiPath}/user/emails`]: "emails",
    [`${bitbucketApiPath}/user/workspaces`]: "workspaces",
  },
  settings: (url, restricted) => ({
    baseURL: url,
    apiURL: `${url}${bitbucketApiPath}`,
    ...(restricted && { teams: ["crew"] }),
  }),
  personOf: ({ id, name, email, groups }) => ({
    uuid: `{${id}}`,
    username: name,
    emails: [{ email, is_primary: true, is_confirmed: true }],
    workspaces: groups.map((slug) => ({ slug, permission: "member" })),
  }),
  idMissing: { uuid: undefined },
  identityOf: ({ id, name, email, groups }) => ({
    ...{ userId: `{${id}}`, username: name, preferredUsername: "", email, groups },
    emailVerified: true,
  }),
});
