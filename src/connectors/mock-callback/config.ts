import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";

/** `mockCallback` has no settings. */
export const MockCallbackOptions = z.object({});
export type MockCallbackOptions = z.infer<typeof MockCallbackOptions>;

export const mockCallbackCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
};
