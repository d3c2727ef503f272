import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { secretText } from "../shared/secret-text.js";

/** `mockPassword`: one invented person behind a user name and a password. */
export const MockPasswordOptions = z.object({
  username: z.string().min(1).meta({ description: "The one user name that logs in." }),
  password: secretText("The password of that user."),
});
export type MockPasswordOptions = z.infer<typeof MockPasswordOptions>;

export const mockPasswordCapabilities: Capabilities = { ...onlyLogin, login: "password", refresh: "always" };
