import { client, startLinkedInSimulator } from "../linkedin/simulator.js";
import { createAccountStand } from "./account-stand.js";

export const linkedInStand = createAccountStand({
  type: "linkedin",
  client,
  start: startLinkedInSimulator,
  places: { "/oauth/v2/accessToken": "token", "/v2/me": "profile", "/v2/emailAddress": "addresses" },
  // The token of the login serves for 60 days.
  refreshPlaces: ["profile", "addresses"],
  settings: (url) => ({ authURL: `${url}/oauth/v2`, apiURL: `${url}/v2` }),
  know: ({ members }, { id, login, name, email }, hasId) => {
    const [firstName = "", lastName = ""] = name.split(" ");
    members.set(login, { id: hasId ? id : "", firstName, lastName, emails: [email] });
  },
  identityOf: ({ id, name, email }) => ({
    ...{ userId: id, username: name, preferredUsername: "", email, groups: [] },
    emailVerified: true,
  }),
  skips: {
    "group-refused": "LinkedIn tells of no groups",
    rotation: "LinkedIn gives ordinary apps no refresh token",
  },
});
