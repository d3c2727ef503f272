import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import {
  flag,
  optionalSecret,
  optionalText,
  redirectUri,
  requiredText,
  secretFileText,
  textOr,
  texts,
} from "../shared/options.js";

/** Settings of `google`. */
export const GoogleOptions = z
  .object({
    clientID: requiredText("Our OAuth client id at Google."),
    clientSecret: optionalSecret("Our OAuth client secret."),
    redirectURI: redirectUri(),
    scopes: z
      .array(z.string())
      .default(["profile", "email"])
      .meta({ description: "Scopes to ask for, besides `openid`." }),
    hostedDomains: texts("Only accounts of these Google Workspace domains may log in and refresh."),
    groups: texts(
      "Only people in one of these groups (e-mail addresses) may log in and refresh; other groups are left out. Needs the Directory API.",
    ),
    serviceAccountFilePath: secretFileText(
      "Key of a service account (JSON) with domain-wide delegation for the Directory API; it reads the groups. Absent: the service account of the machine, at Google.",
    ),
    adminEmail: optionalText("Old form of `domainToAdminEmail` with the entry `*`."),
    domainToAdminEmail: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: "By e-mail domain, `*` for all others: the administrator as whom groups are read." }),
    fetchTransitiveGroupMembership: flag("Read also the groups that groups are in."),
    promptType: z
      .string()
      .default("consent")
      .meta({ description: "`prompt` of logins that ask for `offline_access`; empty: none.", keepsEmpty: true }),
    issuer: textOr("https://accounts.google.com", "For tests: another provider in Google's place."),
    directoryURL: textOr(
      "https://admin.googleapis.com",
      "For tests, and for private access: where the Directory API is.",
    ),
    iamURL: textOr(
      "https://iamcredentials.googleapis.com",
      "For tests, and for private access: where the IAM Service Account Credentials API is.",
    ),
    tokenURL: textOr(
      "https://oauth2.googleapis.com/token",
      "For tests, and for private access: where the machine's service account gets tokens. A key file says it itself.",
    ),
    metadataURL: textOr("http://metadata.google.internal", "For tests: where the machine's metadata server is."),
  })
  .superRefine((options, context) => {
    const refuse = (key: string, message: string): void => {
      context.addIssue({ code: "custom", path: [key], message });
    };
    const hasAdmin = options.adminEmail !== undefined || Object.keys(options.domainToAdminEmail ?? {}).length > 0;
    if (hasAdmin) return;
    if (options.serviceAccountFilePath !== undefined) {
      refuse("serviceAccountFilePath", "needs domainToAdminEmail: whom it speaks for");
    }
    // Dex lets everybody in here.
    if ((options.groups ?? []).length > 0) refuse("groups", "needs domainToAdminEmail, or it would limit nobody");
  });
export type GoogleOptions = z.infer<typeof GoogleOptions>;

export const googleCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`domainToAdminEmail` is set" },
};
