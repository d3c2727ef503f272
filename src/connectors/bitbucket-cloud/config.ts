import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrlOr, redirectUri, requiredText, texts } from "../shared/options.js";
import { secretText } from "../shared/secret-text.js";

/** `bitbucket-cloud`: bitbucket.org. */
export const BitbucketCloudOptions = z.object({
  clientID: requiredText("Key of the OAuth consumer."),
  clientSecret: secretText("Its secret."),
  redirectURI: redirectUri(),
  teams: texts(
    "Who may come in: members of one of these workspaces, by slug; with `getWorkspacePermissions` also `SLUG:PERMISSION`. Default: everybody.",
  ),
  getWorkspacePermissions: flag("Adds `SLUG:PERMISSION` for each workspace, such as `acme:owner`."),
  includeTeamGroups: flag("Without effect: Bitbucket has no teams any more. Dex takes it, too."),
  baseURL: httpUrlOr("https://bitbucket.org", "Where people log in."),
  apiURL: httpUrlOr("https://api.bitbucket.org/2.0", "The API."),
});
export type BitbucketCloudOptions = z.infer<typeof BitbucketCloudOptions>;

export const bitbucketCloudCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
};
