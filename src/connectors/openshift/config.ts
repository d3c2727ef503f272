import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, httpUrl, optionalSecret, pemText, redirectUri, requiredText, texts } from "../shared/options.js";

/** `openshift`: people of an OpenShift cluster, by its built-in OAuth server. */
export const OpenShiftOptions = z.object({
  issuer: httpUrl("Address of the cluster's API server."),
  clientID: requiredText("Name of an OAuthClient, or `system:serviceaccount:NAMESPACE:NAME`."),
  clientSecret: optionalSecret("Secret of the OAuthClient, or a token of the service account."),
  redirectURI: redirectUri(),
  groups: texts("Only members of one of these groups may log in."),
  insecureCA: flag("Takes any certificate of the cluster. For trying things out only."),
  rootCA: pemText("Certificates of the cluster's certification authority: a path, base64 or PEM."),
});
export type OpenShiftOptions = z.infer<typeof OpenShiftOptions>;

export const openShiftCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
  preferredUsername: "always",
};
