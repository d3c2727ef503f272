import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrlOr, pemText, redirectUri, requiredText, texts } from "../shared/options.js";
import { secretText } from "../shared/secret-text.js";

/** `gitlab`: gitlab.com and GitLab of one's own. */
export const GitLabOptions = z.object({
  baseURL: httpUrlOr("https://gitlab.com", "Where GitLab is."),
  clientID: requiredText("Application ID."),
  clientSecret: secretText("Its secret."),
  redirectURI: redirectUri(),
  groups: texts(
    "Who may come in: members of one of these groups, by full path; with `getGroupsPermission` also `PATH:ROLE`. Default: everybody.",
  ),
  useLoginAsID: flag("The user name makes `sub`, not the numeric id. It can change, and be taken by somebody else."),
  getGroupsPermission: flag("Adds `PATH:ROLE` for each group, such as `acme:owner`."),
  inheritedGroups: flag("Also subgroups that the person is in through a group above. Needs the scope `read_api`."),
  rootCAData: pemText("Certificate authorities of GitLab."),
  exchangeApplications: texts(
    "Application IDs whose access tokens may be exchanged (RFC 8693) besides our own. Default: none.",
  ),
});
export type GitLabOptions = z.infer<typeof GitLabOptions>;

export const gitLabCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
  preferredUsername: "always",
  exchange: "always",
};
