import { HttpError } from "../../platform/http-client.js";
import { ProbeFailure } from "../port.js";
import type { OAuth2Client } from "./oauth2-client.js";

/**
 * Finds out whether an upstream takes our client id and secret. A code that does not exist is refused by who knows the
 * client; who does not refuses the client (RFC 6749 section 5.2). Says so in a sentence. `addressKey` is the setting that
 * says where the token endpoint is.
 */
export async function tryCredentials(client: OAuth2Client, callbackUrl: string, addressKey: string): Promise<string> {
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
    if (error instanceof HttpError) throw new ProbeFailure(reason, addressKey);
    return `whether clientSecret is right could not be told: ${reason}`;
  }
}
