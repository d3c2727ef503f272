import { startSigningProvider } from "../../support/signing-provider.js";
import { createOpenIdStand } from "./openid-stand.js";

/** A realm that revokes refresh tokens after one use, and whose roles stand in the access token. */
export const keycloakStand = createOpenIdStand({
  type: "keycloak",
  start: (clock) => startSigningProvider(Math.floor(clock() / 1_000)),
  issuerPath: "/realms/fleet",
  rotates: true,
  places: { "/token": "token", "/jwks": "keys" },
  settings: ({ url }, restricted) => ({
    baseURL: url,
    realm: "fleet",
    groupsFrom: "realmRoles",
    ...(restricted && { allowedGroups: ["crew"] }),
  }),
  claimsOf: ({ login, name, email }) => ({ name, preferred_username: login, email, email_verified: true }),
  accessClaimsOf: ({ id, groups }) => ({ sub: id, realm_access: { roles: groups } }),
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
});
