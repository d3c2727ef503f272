import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";

/** The people of `staticPasswords`, as `config/` resolves them. Not a type of `connectors[]`: `enablePasswordDB` adds it. */
export const LocalOptions = z.object({
  passwords: z.array(
    z.object({
      /** Lower case: the login name. */
      email: z.string(),
      /** As written in the config: the `email` claim. */
      emailClaim: z.string(),
      /** A bcrypt hash of 60 characters that begins with `$2a$`, `$2b$` or `$2y$`. */
      hash: z.string(),
      userId: z.string(),
      username: z.string(),
      preferredUsername: z.string(),
      emailVerified: z.boolean(),
      groups: z.array(z.string()),
    }),
  ),
});
export type LocalOptions = z.infer<typeof LocalOptions>;

export const localCapabilities: Capabilities = {
  ...onlyLogin,
  login: "password",
  refresh: "always",
  groups: "always",
  preferredUsername: "always",
};
