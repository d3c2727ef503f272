import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, optionalSecret, pemTexts, redirectUri, requiredText, textOr, texts } from "../shared/options.js";

/** Settings of `oauth`. */
export const OAuthOptions = z.object({
  clientID: requiredText("Our client id at the upstream."),
  clientSecret: optionalSecret("Our secret at the upstream."),
  redirectURI: redirectUri(),
  authorizationURL: requiredText("Where people are sent to log in."),
  tokenURL: requiredText("Where codes are exchanged."),
  userInfoURL: requiredText("Answers with JSON about the person behind an access token."),
  scopes: texts("Scopes to ask for."),
  pkceChallenge: z.enum(["S256", "plain"]).optional().meta({ description: "PKCE method. Default: none, as in Dex." }),
  userIDKey: textOr("id", "Member that identifies the person: half of our `sub`."),
  exactNumericIDs: flag(
    "Numbers as ids keep their digits. Dex writes those from a million on as `1.2345678e+07`, and so do we by default, as it is part of `sub`.",
  ),
  claimMapping: z
    .object({
      userNameKey: textOr("user_name", "Member with the display name."),
      preferredUsernameKey: textOr("preferred_username", "Member with the login name."),
      groupsKey: textOr("groups", "Member with the groups, also of access tokens that are JWTs."),
      emailKey: textOr("email", "Member with the e-mail address."),
      emailVerifiedKey: textOr("email_verified", "Member that says whether the address is verified."),
    })
    .prefault({}),
  rootCAs: pemTexts("Certificate authorities that are trusted besides those of the system."),
  insecureSkipVerify: flag("Take any certificate. For trying things out only."),
});
export type OAuthOptions = z.infer<typeof OAuthOptions>;

export const oauthCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  groups: "always",
  preferredUsername: "always",
};
