import { ProbeFailure } from "../../port.js";
import type { OAuth2Client } from "../oauth2-client.js";
import { probeStep } from "../probe-step.js";
import { tryCredentials } from "../try-credentials.js";
import type { Provider } from "./provider.js";

export interface ProbeOptions {
  readonly provider: Provider;
  readonly client: OAuth2Client;
  readonly redirectUri: string | undefined;
  readonly scopes: readonly string[];
  readonly getsUserInfo: boolean;
  readonly addressKey?: string | undefined;
}

/** Tries keys and client credentials, and says what of the settings does not fit what the provider says of itself. */
export async function probeProvider({ provider, client, ...options }: ProbeOptions): Promise<readonly string[]> {
  const { issuer, scopes, userInfoUrl, pkceMethods } = provider.metadata();
  const said = [`the provider is ${issuer}; PKCE: ${pkceMethods.join(", ") || "not offered"}`];
  const { addressKey = "issuer" } = options;
  const keys = await probeStep(addressKey, () => provider.countKeys());
  if (keys === 0) throw new ProbeFailure("the provider publishes no key that could check a signature", addressKey);
  said.push(`${keys} ${keys === 1 ? "key" : "keys"} for signatures`);
  if (options.getsUserInfo && userInfoUrl === undefined) {
    throw new ProbeFailure("the provider has no userinfo endpoint", "getUserInfo");
  }
  const unknown = options.scopes.filter((scope) => scopes.length > 0 && !scopes.includes(scope));
  if (unknown.length > 0) said.push(`the provider does not list the scopes ${unknown.join(", ")}`);
  said.push(await tryCredentials(client, options.redirectUri ?? "", addressKey));
  return said;
}
