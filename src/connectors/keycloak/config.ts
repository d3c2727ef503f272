import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, optionalSecret, pemTexts, redirectUri, requiredText, texts } from "../shared/options.js";

/** Settings of `keycloak`. */
export const KeycloakOptions = z.object({
  baseURL: requiredText("Address of Keycloak, with its path where it has one: `https://sso.example.com`."),
  realm: requiredText("Name of the realm."),
  clientID: requiredText("Our client id in the realm."),
  clientSecret: optionalSecret("Our secret. Absent: client authentication is off for us there."),
  redirectURI: redirectUri(),
  scopes: z
    .array(z.string())
    .default(["profile", "email"])
    .meta({ description: "Client scopes to ask for, besides `openid`." }),
  requestOfflineAccess: flag("Ask for offline sessions, which outlive the person's session at Keycloak."),
  groupsFrom: z
    .enum(["groups", "realmRoles"])
    .default("groups")
    .meta({ description: "What our groups are: the claim `groups`, which needs a mapper, or the roles of the realm." }),
  allowedGroups: texts("Only people in one of these groups may log in and refresh; other groups are left out."),
  rootCAs: pemTexts("Certificate authorities that are trusted besides those of the system."),
});
export type KeycloakOptions = z.infer<typeof KeycloakOptions>;

export const keycloakCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
  preferredUsername: "always",
  logout: "always",
  exchange: "always",
};
