import { type FormPairs, FormSyntaxError, parseForm } from "../platform/form.js";
import { OAuthError } from "./oauth-error.js";

/**
 * The parameters of one request. A parameter that is read is thereby known, and a known one that was sent twice is
 * `invalid_request` (RFC 6749 §3.1, §3.2); unknown ones are ignored. An empty value counts as absent (§3.1).
 */
export class Parameters {
  readonly #pairs: FormPairs;

  constructor(pairs: FormPairs) {
    this.#pairs = pairs;
  }

  /** The value, or undefined when absent or empty. Throws `OAuthError` when sent twice. */
  find(name: string): string | undefined {
    let found: string | undefined;
    let count = 0;
    for (const [key, value] of this.#pairs) {
      if (key !== name) continue;
      count += 1;
      found = value;
    }
    if (count > 1) throw new OAuthError("invalid_request", `The parameter ${name} was sent more than once.`);
    return found === "" ? undefined : found;
  }

  require(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new OAuthError("invalid_request", `The parameter ${name} is missing.`);
    return value;
  }

  has(name: string): boolean {
    return this.#pairs.some(([key]) => key === name);
  }

  /** All pairs, as received. */
  get pairs(): FormPairs {
    return this.#pairs;
  }
}

/** Parses a query or body; text that is no form is `invalid_request`. */
export function parseParameters(text: string): Parameters {
  try {
    return new Parameters(parseForm(text));
  } catch (error) {
    if (error instanceof FormSyntaxError)
      throw new OAuthError("invalid_request", `The request cannot be read: ${error.message}.`);
    throw error;
  }
}
