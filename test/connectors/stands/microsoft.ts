import { client, startMicrosoftSimulator, tenant } from "../microsoft/simulator.js";
import { createAccountStand } from "./account-stand.js";

/** One organization, whose groups can be read. */
export const microsoftStand = createAccountStand({
  type: "microsoft",
  client,
  start: startMicrosoftSimulator,
  places: {
    [`/${tenant}/oauth2/v2.0/token`]: "token",
    "/v1.0/me": "person",
    "/v1.0/me/getMemberGroups": "groups",
    "/v1.0/directoryObjects/getByIds": "names",
  },
  settings: (url, restricted) => ({
    tenant,
    apiURL: url,
    graphURL: url,
    preferredUsernameField: "mailNickname",
    ...(restricted && { groups: ["crew"] }),
  }),
  know: (simulator, { id, login, name, email, groups }, hasId) => {
    const person = { id: hasId ? id : "", displayName: name, userPrincipalName: email, mailNickname: login };
    simulator.people.set(login, person);
    simulator.groups = groups.map((displayName) => ({ id: `g-${displayName}`, displayName, securityEnabled: true }));
  },
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
  skips: { rotation: "Microsoft goes on taking the refresh tokens that it has replaced" },
});
