import type { ExchangeInput, LoginResult } from "../port.js";
import { UpstreamError, UpstreamRefusal } from "../shared/upstream-error.js";
import type { GitLabApi } from "./api.js";
import type { GitLabOptions } from "./config.js";
import { readPerson } from "./read-person.js";

/** RFC 8693 section 3. */
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

/**
 * Takes an access token as proof of who the person is. It must have been given to our application, or to one that is
 * listed: any other application could trade the tokens of its users for logins here (dex-connectors O-10).
 */
export async function exchangeToken(
  options: GitLabOptions,
  api: GitLabApi,
  { scopes, tokenType }: ExchangeInput,
): Promise<LoginResult> {
  if (tokenType !== accessTokenType) return { outcome: "denied", detail: "only access tokens can be exchanged" };
  try {
    const { personId, applicationId } = await api.readToken();
    const taken = [options.clientID, ...(options.exchangeApplications ?? [])];
    if (applicationId === undefined || !taken.includes(applicationId)) {
      return { outcome: "denied", detail: "the token was given to another application" };
    }
    if (personId === undefined) return { outcome: "denied", detail: "the token belongs to nobody" };
    return await readPerson(options, api, { ...scopes, groups: true });
  } catch (error) {
    if (error instanceof UpstreamRefusal) return { outcome: "denied", detail: error.message };
    // The token may not read what a login needs: insufficient_scope. At a login that would be our mistake; here it is theirs.
    if (error instanceof UpstreamError && error.status === 403) return { outcome: "denied", detail: error.message };
    throw error;
  }
}
