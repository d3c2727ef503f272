import * as z from "zod";
import type { Capabilities } from "../port.js";
import { groupPattern } from "../shared/oidc/group-pattern.js";
import { onlyLogin } from "../shared/only-login.js";
import {
  flag,
  httpUrl,
  optionalSecret,
  optionalText,
  pemTexts,
  redirectUri,
  requiredText,
  textOr,
  texts,
} from "../shared/options.js";

const endpoint = (what: string) => optionalText(`${what} in the place of the one that the provider's document names.`);

const NewGroupFromClaims = z.object({
  claims: texts("Names of claims that are text. Those that are missing are left out."),
  delimiter: optionalText("Stands between prefix and values."),
  clearDelimiter: flag("Take the delimiter out of the values first."),
  prefix: optionalText("What the group begins with."),
});

/** Settings of `oidc`. */
export const OidcOptions = z
  .object({
    issuer: httpUrl("The provider's issuer, to the letter: its document is read from there."),
    issuerAlias: optionalText("`iss` of the provider's tokens, where it is another than `issuer`."),
    clientID: requiredText("Our client id at the provider."),
    clientSecret: optionalSecret("Our secret at the provider. Absent: we are a public client there."),
    redirectURI: redirectUri(),
    providerDiscoveryOverrides: z
      .object({
        tokenURL: endpoint("Token endpoint"),
        authURL: endpoint("Authorization endpoint"),
        jwksURL: endpoint("Key set"),
        userInfoURL: endpoint("UserInfo endpoint"),
        deviceAuthURL: optionalText("Of Dex; has no use here."),
        endSessionURL: endpoint("End session endpoint"),
      })
      .prefault({}),
    basicAuthUnsupported: z
      .boolean()
      .optional()
      .meta({ description: "Send the secret in the body. Unset: in the body for Okta, otherwise what works." }),
    scopes: z
      .array(z.string())
      .default(["profile", "email"])
      .meta({ description: "Scopes to ask for, besides `openid`." }),
    requestOfflineAccess: flag(
      "Ask also for `offline_access` where our client does. Many providers want it for refresh.",
    ),
    promptType: z
      .string()
      .default("consent")
      .meta({ description: "`prompt` of logins that ask for `offline_access`; empty: none.", keepsEmpty: true }),
    acrValues: texts("Sent as `acr_values`: what the provider should ask of the person. A wish, not a condition."),
    pkceChallenge: z
      .enum(["S256", "plain"])
      .optional()
      .meta({ description: "PKCE method. Default: as the provider offers." }),
    rootCAs: pemTexts("Certificate authorities that are trusted besides those of the system."),
    insecureSkipVerify: flag("Take any certificate. For trying things out only."),
    getUserInfo: flag("Ask userinfo too; its claims count before those of the ID token."),
    userIDKey: optionalText("Claim that identifies the person: half of our `sub`.", { default: "sub" }),
    userNameKey: textOr("name", "Claim for the display name."),
    insecureSkipEmailVerified: flag("Take an e-mail address as verified where the provider does not say."),
    overrideClaimMapping: flag("The claims of `claimMapping` count also where the standard ones are there."),
    claimMapping: z
      .object({
        preferred_username: optionalText("Claim to use where `preferred_username` is missing."),
        email: optionalText("Claim to use where `email` is missing."),
        groups: optionalText("Claim to use where `groups` is missing."),
      })
      .prefault({}),
    insecureEnableGroups: flag("Read the person's groups."),
    allowedGroups: texts("Only people in one of these groups may log in and refresh; other groups are left out."),
    claimModifications: z
      .object({
        newGroupFromClaims: z
          .array(NewGroupFromClaims)
          .optional()
          .meta({ description: "Groups made of other claims." }),
        filterGroupClaims: z
          .object({
            groupsFilter: groupPattern("Regular expression (RE2); groups in which it finds nothing are left out."),
          })
          .prefault({}),
        modifyGroupNames: z
          .object({
            prefix: optionalText("Put before every group of the provider."),
            suffix: optionalText("Put behind every group of the provider."),
          })
          .prefault({}),
      })
      .prefault({}),
    tokenExchangeAudiences: texts(
      "Clients at the provider, besides `clientID`, whose tokens are exchanged; `*`: anybody's, as in Dex.",
    ),
    hostedDomains: texts("Refused: Dex has dropped it. Use `google`, or `allowedGroups`."),
  })
  .superRefine(({ hostedDomains, allowedGroups, insecureEnableGroups }, context) => {
    const refuse = (key: string, message: string): void => {
      context.addIssue({ code: "custom", path: [key], message });
    };
    if (hostedDomains !== undefined && hostedDomains.length > 0) {
      refuse("hostedDomains", "is no longer there, in Dex neither: use the connector type google, or allowedGroups");
    }
    // Dex lets everybody in here (dex-connectors O-8).
    if (allowedGroups !== undefined && allowedGroups.length > 0 && !insecureEnableGroups) {
      refuse("allowedGroups", "needs insecureEnableGroups: true, or it would limit nobody");
    }
  });
export type OidcOptions = z.infer<typeof OidcOptions>;

export const oidcCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: { when: "`insecureEnableGroups` or `claimModifications.newGroupFromClaims` is set" },
  preferredUsername: "always",
  logout: { when: "the provider has an end-session endpoint" },
  exchange: "always",
};
