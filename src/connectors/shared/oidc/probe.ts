import { ProbeFailure } from "../../port.js";
import type { OAuth2Client } from "../oauth2-client.js";
import type { Provider } from "./provider.js";

export interface ProbeOptions {
  readonly provider: Provider;
  readonly client: OAuth2Client;
  readonly redirectUri: string | undefined;
  readonly scopes: readonly string[];
  readonly getsUserInfo: boolean;
}

/** Tries keys and client credentials, and says what of the settings does not fit what the provider says of itself. */
export async function probeProvider({ provider, client, ...options }: ProbeOptions): Promise<readonly string[]> {
  const { issuer, scopes, userInfoUrl, pkceMethods } = provider.metadata();
  const said = [`the provider is ${issuer}; PKCE: ${pkceMethods.join(", ") || "not offered"}`];
  const keys = await provider.countKeys();
  if (keys === 0) throw new ProbeFailure("the provider publishes no key that could check a signature", "issuer");
  said.push(`${keys} ${keys === 1 ? "key" : "keys"} for signatures`);
  if (options.getsUserInfo && userInfoUrl === undefined) {
    throw new ProbeFailure("the provider has no userinfo endpoint", "getUserInfo");
  }
  const unknown = options.scopes.filter((scope) => scopes.length > 0 && !scopes.includes(scope));
  if (unknown.length > 0) said.push(`the provider does not list the scopes ${unknown.join(", ")}`);
  said.push(await tryCredentials(client, options.redirectUri ?? ""));
  return said;
}

/** A code that does not exist is refused by who knows the client; who does not refuses the client (RFC 6749 section 5.2). */
async function tryCredentials(client: OAuth2Client, callbackUrl: string): Promise<string> {
  const scopes = { offlineAccess: false, groups: false };
  const fields = new Map([["code", "latchkey-check"]]);
  // As long as a real PKCE verifier.
  const derive = (): string => "latchkey-check".padEnd(43, "-");
  try {
    await client.redeem({ scopes, callbackUrl, fields, derive });
    return "the token endpoint takes clientID and clientSecret";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/invalid_client|unauthorized_client|answered 401/.test(reason)) throw new ProbeFailure(reason, "clientSecret");
    return `whether clientSecret is right could not be told: ${reason}`;
  }
}
