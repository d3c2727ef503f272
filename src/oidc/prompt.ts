import { OAuthError } from "./oauth-error.js";

export const promptValues = ["none", "login", "consent", "select_account"] as const;
export type Prompt = (typeof promptValues)[number];

/** Parses `prompt` (OpenID Connect Core §3.1.2.1): known values only, `none` alone. */
export function parsePrompt(text: string | undefined): readonly Prompt[] {
  const words = (text ?? "").split(" ").filter((word) => word !== "");
  const prompts = promptValues.filter((value) => words.includes(value));
  if (words.some((word) => !promptValues.some((value) => value === word))) {
    throw new OAuthError("invalid_request", "The parameter prompt has an unknown value.");
  }
  if (prompts.includes("none") && prompts.length > 1) {
    throw new OAuthError("invalid_request", "prompt=none must not be combined with other values.");
  }
  return prompts;
}

/** Parses `max_age`: seconds, not negative. */
export function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text))
    throw new OAuthError("invalid_request", "The parameter max_age must be a number of seconds.");
  return Number(text);
}
