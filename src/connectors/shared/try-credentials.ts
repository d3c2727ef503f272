import { HttpError } from "../../platform/http-client.js";
import { ProbeFailure } from "../port.js";
import type { OAuth2Client } from "./oauth2-client.js";
import { knowsClient, redeemMadeUpCode } from "./redeem-made-up-code.js";

/**
 * Finds out whether an upstream of whatever make takes our client id and secret, and says so in a sentence. `addressKey` is
 * the setting that says where the token endpoint is.
 */
export async function tryCredentials(client: OAuth2Client, callbackUrl: string, addressKey: string): Promise<string> {
  const trouble = await redeemMadeUpCode(client, callbackUrl);
  if (trouble === undefined) return knowsClient;
  const { message } = trouble;
  if (/invalid_client|unauthorized_client|answered 401/.test(message))
    throw new ProbeFailure(`clientID or clientSecret is not accepted: ${message}`, "clientSecret");
  if (trouble instanceof HttpError) throw new ProbeFailure(message, addressKey);
  return `whether clientSecret is right could not be told: ${message}`;
}
