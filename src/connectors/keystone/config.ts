import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { httpUrl, optionalSecret, optionalText, textOr } from "../shared/options.js";

/** `keystone`: people of OpenStack, by its Identity API v3. */
export const KeystoneOptions = z
  .object({
    keystoneHost: httpUrl("Where Keystone is, without `/v3`."),
    domain: textOr(
      "default",
      "Domain of the people, and of `keystoneUsername`. A UUID or `default` is taken as its id, anything else as its name.",
    ),
    keystoneUsername: optionalText(
      "Who reads users and groups at a refresh. Without it there is none, and people get no refresh tokens.",
    ),
    keystonePassword: optionalSecret("Password of `keystoneUsername`."),
  })
  .superRefine(({ keystoneUsername, keystonePassword }, context) => {
    const isHalf = (keystoneUsername === undefined) !== (keystonePassword === undefined);
    const path = keystoneUsername === undefined ? ["keystoneUsername"] : ["keystonePassword"];
    if (isHalf)
      context.addIssue({
        code: "custom",
        path,
        message: "is missing: keystoneUsername and keystonePassword go together",
      });
  });
export type KeystoneOptions = z.infer<typeof KeystoneOptions>;

export const keystoneCapabilities: Capabilities = {
  ...onlyLogin,
  login: "password",
  refresh: "always",
  groups: "always",
};
