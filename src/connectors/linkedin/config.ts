import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrlOr, optionalSecret, redirectUri, requiredText } from "../shared/options.js";

/** `linkedin`: members of LinkedIn. */
export const LinkedInOptions = z.object({
  clientID: requiredText("Client ID of the app at LinkedIn."),
  clientSecret: optionalSecret("Client secret of the app at LinkedIn."),
  redirectURI: redirectUri(),
  openIDConnect: flag(
    'For apps with the product "Sign In with LinkedIn using OpenID Connect": new apps get no other. Without it the scopes of older apps are asked for, as in Dex.',
  ),
  authURL: httpUrlOr("https://www.linkedin.com/oauth/v2", "Where LinkedIn's `authorization` and `accessToken` are."),
  apiURL: httpUrlOr("https://api.linkedin.com/v2", "Where LinkedIn's API is."),
});
export type LinkedInOptions = z.infer<typeof LinkedInOptions>;

export const linkedInCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
};
