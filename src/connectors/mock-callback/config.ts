import * as z from "zod";
import { type Capabilities, onlyLogin } from "../shared/capabilities.js";

/** `mockCallback` has no settings. */
export const MockCallbackOptions = z.object({});
export type MockCallbackOptions = z.infer<typeof MockCallbackOptions>;

export const mockCallbackCapabilities: Capabilities = {
  ...onlyLogin,
  login: "redirect",
  refresh: "always",
  groups: "always",
};
