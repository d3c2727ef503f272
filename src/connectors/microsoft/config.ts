import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import {
  flag,
  httpUrlOr,
  optionalSecret,
  optionalText,
  redirectUri,
  requiredText,
  textOr,
  texts,
} from "../shared/options.js";

/** Tenants that stand for people of many organizations: none of them has groups that could be asked for. */
const sharedTenants: readonly string[] = ["common", "organizations", "consumers"];

export const preferredUsernameFields: readonly string[] = ["name", "email", "mailNickname", "onPremisesSamAccountName"];

/** Whether a tenant is one organization, whose groups can be read. */
export function isOneOrganization(tenant: string): boolean {
  return !sharedTenants.includes(tenant.toLowerCase());
}

/** `microsoft`: Microsoft Entra ID (Azure AD) and Microsoft accounts, with groups from Microsoft Graph. */
export const MicrosoftOptions = z
  .object({
    clientID: requiredText("Application (client) ID of the app registration."),
    clientSecret: optionalSecret("Client secret of the app registration. Not used with `clientAssertion`."),
    clientAssertion: optionalText(
      "Path of a file with a signed assertion that takes the place of the secret (workload identity). Read at each use.",
    ),
    redirectURI: redirectUri(),
    tenant: textOr(
      "common",
      "Who may log in: the ID or a domain of one organization, or `common`, `organizations`, `consumers`. Groups need one organization.",
    ),
    groups: texts(
      "Only members of one of these groups may log in. Names, or ids with `groupNameFormat: id`. Needs a `tenant` that is one organization.",
    ),
    onlySecurityGroups: flag("Read security groups alone."),
    groupNameFormat: z
      .enum(["name", "id"])
      .default("name")
      .meta({ description: "What stands for a group, in `groups` and in the claim. Names are not unique; ids are." }),
    useGroupsAsWhitelist: flag("The claim holds no other groups than those in `groups`."),
    batchGroupLookups: flag("No effect: names of more than 1,000 groups are always read in parts."),
    emailToLowercase: flag("Writes e-mail addresses in lower case."),
    promptType: optionalText("`prompt` for Microsoft: `login`, `consent`, `select_account` or `none`."),
    domainHint: optionalText("`domain_hint`: a domain whose login page is shown at once."),
    scopes: texts(
      "Scopes to ask for in place of `user.read`. `directory.read.all` is added where groups are read, `offline_access` where the client asks for it.",
    ),
    preferredUsernameField: optionalText("Where `preferred_username` comes from. Without it there is none.", {
      values: preferredUsernameFields,
    }),
    apiURL: httpUrlOr("https://login.microsoftonline.com", "Login endpoint, for national clouds."),
    graphURL: httpUrlOr("https://graph.microsoft.com", "Microsoft Graph, for national clouds."),
  })
  .superRefine(({ groups = [], tenant }, context) => {
    if (groups.length === 0 || isOneOrganization(tenant)) return;
    const message =
      "needs the ID or a domain of one organization as tenant: with a shared tenant it would limit nobody";
    context.addIssue({ code: "custom", path: ["groups"], message });
  });
export type MicrosoftOptions = z.infer<typeof MicrosoftOptions>;

export const microsoftCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`tenant` is one organization" },
  preferredUsername: { when: "`preferredUsernameField` is set" },
};
