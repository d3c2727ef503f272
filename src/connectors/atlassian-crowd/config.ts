import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { httpUrl, optionalText, requiredText, texts } from "../shared/options.js";
import { secretText } from "../shared/secret-text.js";

export const preferredUsernameFields: readonly string[] = ["key", "name", "email"];

/** `atlassian-crowd`: people of an Atlassian Crowd server, by its REST API. */
export const AtlassianCrowdOptions = z.object({
  baseURL: httpUrl("Where Crowd is, with its context path."),
  clientID: requiredText("Name of the application in Crowd."),
  clientSecret: secretText("Password of the application in Crowd."),
  groups: texts("Only members of one of these groups may log in, and the claim holds no others."),
  preferredUsernameField: optionalText("Where `preferred_username` comes from. Without it there is none.", {
    values: preferredUsernameFields,
  }),
  usernamePrompt: optionalText("Label of the user name field.", { default: "Username" }),
});
export type AtlassianCrowdOptions = z.infer<typeof AtlassianCrowdOptions>;

export const atlassianCrowdCapabilities: Capabilities = {
  ...onlyLogin,
  login: "password",
  refresh: "always",
  groups: "always",
  preferredUsername: { when: "`preferredUsernameField` is set" },
};
