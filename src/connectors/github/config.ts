import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrl, optionalText, pemText, redirectUri, requiredText, texts } from "../shared/options.js";
import { secretText } from "../shared/secret-text.js";

const Organisation = z.object({
  name: requiredText("Login of the organisation, in its own case."),
  teams: texts("Members of one of these teams may come in. Default: every member of the organisation."),
});
export type Organisation = z.infer<typeof Organisation>;

/** Of github.com. */
export const publicAddresses = { baseURL: "https://github.com", apiURL: "https://api.github.com" } as const;

/** Absent is not the same as the default here: the two go together, and not with `hostName`. */
function optionalUrl(description: string, fallback: string) {
  return httpUrl(description).optional().meta({ description, default: fallback });
}

/** `github`: github.com, GitHub Enterprise Server and ghe.com. */
export const GitHubOptions = z
  .object({
    clientID: requiredText("Client ID of the OAuth app or GitHub App."),
    clientSecret: secretText("Its client secret."),
    redirectURI: redirectUri(),
    orgs: z
      .array(Organisation)
      .optional()
      .meta({ description: "Who may come in: members of these organisations. Default: everybody with an account." }),
    org: optionalText(
      "One organisation whose members may come in. Its teams are groups without a prefix. Prefer `orgs`.",
    ),
    loadAllGroups: flag("All organisations and teams as groups, without `orgs` and `org`."),
    teamNameField: optionalText("Which name of a team its group has.", {
      values: ["name", "slug", "both"],
      default: "name",
    }),
    useLoginAsID: flag("The login makes `sub`, not the numeric id. A login can change, and be taken by somebody else."),
    preferredEmailDomain: optionalText(
      "The e-mail address in this domain is taken where the person has one. `*` stands for one label: `*.example.com`.",
    ),
    hostName: optionalText("Host name of a GitHub Enterprise Server, without `https://`."),
    rootCA: pemText("Certificate authorities of the Enterprise Server."),
    baseURL: optionalUrl("Where people log in, for github.com and `https://NAME.ghe.com`.", publicAddresses.baseURL),
    apiURL: optionalUrl("Its API: `https://api.NAME.ghe.com`.", publicAddresses.apiURL),
  })
  .superRefine((options, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    const { org, orgs = [], teamNameField, preferredEmailDomain, hostName, rootCA, baseURL, apiURL } = options;
    if (org !== undefined && orgs.length > 0) refuse("org", "org and orgs exclude each other");
    if (teamNameField !== undefined && !["name", "slug", "both"].includes(teamNameField)) {
      refuse("teamNameField", "must be one of name, slug, both");
    }
    if (preferredEmailDomain?.endsWith("*")) refuse("preferredEmailDomain", "must not end with *");
    if (hostName?.includes("/")) refuse("hostName", "must be a host name, without https:// and path");
    const isElsewhere = baseURL !== undefined || apiURL !== undefined;
    if (hostName !== undefined && isElsewhere) refuse("hostName", "hostName excludes baseURL and apiURL");
    if (rootCA !== undefined && hostName === undefined && !isElsewhere) refuse("rootCA", "needs hostName");
    if ((baseURL === undefined) !== (apiURL === undefined)) refuse("baseURL", "baseURL and apiURL go together");
  });
export type GitHubOptions = z.infer<typeof GitHubOptions>;

export const gitHubCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`orgs`, `org` or `loadAllGroups` is set" },
  preferredUsername: "always",
};
