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
      "Key of a service account (JSON) with domain-wide delegation for the Directory API; it reads the groups.",
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
  })
  .superRefine((options, context) => {
    const refuse = (key: string, message: string): void => {
      context.addIssue({ code: "custom", path: [key], message });
    };
    const hasAdmin = options.adminEmail !== undefined || Object.keys(options.domainToAdminEmail ?? {}).length > 0;
    const hasKey = options.serviceAccountFilePath !== undefined;
    if (hasKey && !hasAdmin) refuse("serviceAccountFilePath", "needs domainToAdminEmail: whom it speaks for");
    if (hasAdmin && !hasKey) {
      const key = options.adminEmail === undefined ? "domainToAdminEmail" : "adminEmail";
      refuse(key, "needs serviceAccountFilePath: the machine's own credentials at Google are not looked for");
    }
    // Dex lets everybody in here.
    if ((options.groups ?? []).length > 0 && !hasKey) {
      refuse("groups", "needs serviceAccountFilePath and domainToAdminEmail, or it would limit nobody");
    }
  });
export type GoogleOptions = z.infer<typeof GoogleOptions>;

export const googleCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`serviceAccountFilePath` is set" },
};
