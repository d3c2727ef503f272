import { client, startOpenShiftSimulator } from "../openshift/simulator.js";
import { createAccountStand } from "./account-stand.js";

/** A cluster whose OAuthClient has `accessTokenMaxAgeSeconds` of a year: there is no refresh token to get a new one by. */
export const openShiftStand = createAccountStand({
  type: "openshift",
  client,
  start: () => startOpenShiftSimulator({ accessTokenMaxAgeSeconds: 31_536_000 }),
  places: { "/oauth/token": "token", "/apis/user.openshift.io/v1/users/~": "user" },
  refreshPlaces: ["user"],
  settings: (url, restricted) => ({ issuer: url, ...(restricted && { groups: ["crew"] }) }),
  know: ({ users }, { id, login, groups }, hasId) => {
    users.set(login, { name: login, groups, ...(hasId && { uid: id }) });
  },
  identityOf: ({ id, login, groups }) => ({
    ...{ userId: id, username: login, preferredUsername: login, email: login, groups },
    emailVerified: false,
  }),
  skips: { rotation: "OpenShift gives no refresh token" },
});
