import { startGoogle } from "../google/simulator.js";
import { createOpenIdStand } from "./openid-stand.js";

const admin = "admin@upstream.example";

/** Accounts of a Workspace, with groups from its directory. */
export const googleStand = createOpenIdStand({
  type: "google",
  start: (clock) => startGoogle(Math.floor(clock() / 1_000), clock),
  rotates: false,
  places: {
    "/token": "token",
    "/jwks": "keys",
    "/service-token": "service account",
    "/admin/directory/v1/groups": "groups",
  },
  settings: ({ url, keyFile }, restricted) => ({
    issuer: url,
    directoryURL: url,
    serviceAccountFilePath: keyFile,
    domainToAdminEmail: { "*": admin },
    ...(restricted && { groups: [addressOf("crew")] }),
  }),
  claimsOf: ({ name, email }) => ({ name, email, email_verified: true, hd: "upstream.example" }),
  know: ({ directory }, { email, groups }) => {
    directory.admins = [admin];
    directory.memberships.set(email, groups.map(addressOf));
  },
  identityOf: ({ id, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: "", email, groups: groups.map(addressOf) },
    emailVerified: true,
  }),
  skips: { rotation: "Google's refresh tokens stay as they are" },
  secrets: ["PRIVATE KEY", "service-1"],
});

/** Groups of the directory are told by their address. */
function addressOf(group: string): string {
  return `${group}@upstream.example`;
}
