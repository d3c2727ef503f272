import { startSigningProvider } from "../../support/signing-provider.js";
import { createOpenIdStand } from "./openid-stand.js";

export const oidcStand = createOpenIdStand({
  type: "oidc",
  start: (clock) => startSigningProvider(Math.floor(clock() / 1_000)),
  rotates: true,
  places: { "/token": "token", "/jwks": "keys", "/userinfo": "userinfo" },
  settings: ({ url }, restricted) => ({
    issuer: url,
    getUserInfo: true,
    insecureEnableGroups: true,
    ...(restricted && { allowedGroups: ["crew"] }),
  }),
  claimsOf: ({ login, name, email, groups }) => ({
    ...{ name, preferred_username: login, email, groups },
    email_verified: true,
  }),
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
});
