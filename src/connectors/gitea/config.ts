import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrlOr, redirectUri, requiredText, texts } from "../shared/options.js";
import { secretText } from "../shared/secret-text.js";

const Organisation = z.object({
  name: requiredText("Name of the organisation, in its own case."),
  teams: texts("Members of one of these teams may come in. Default: every member of the organisation."),
});
export type Organisation = z.infer<typeof Organisation>;

/** `gitea`: Gitea, Forgejo and Codeberg. */
export const GiteaOptions = z.object({
  baseURL: httpUrlOr("https://gitea.com", "Where Gitea or Forgejo is."),
  clientID: requiredText("Client ID of the OAuth2 application."),
  clientSecret: secretText("Its client secret."),
  redirectURI: redirectUri(),
  orgs: z
    .array(Organisation)
    .optional()
    .meta({ description: "Who may come in: members of these organisations. Default: everybody with an account." }),
  loadAllGroups: flag("All organisations and teams as groups, without `orgs`."),
  useLoginAsID: flag("The login makes `sub`, not the numeric id. A login can change, and be taken by somebody else."),
});
export type GiteaOptions = z.infer<typeof GiteaOptions>;

export const giteaCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`orgs` or `loadAllGroups` is set" },
  preferredUsername: "always",
};
