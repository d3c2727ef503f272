import { ProbeFailure } from "../port.js";
import type { OAuth2Client } from "./oauth2-client.js";
import { probeStep } from "./probe-step.js";
import { knowsClient, redeemMadeUpCode } from "./redeem-made-up-code.js";
import { UpstreamError } from "./upstream-error.js";
import { sendPatiently, type UpstreamCaller } from "./upstream-json.js";

export interface OAuth2Probe extends UpstreamCaller {
  readonly client: OAuth2Client;
  /** Where the API tells who a token belongs to. */
  readonly personUrl: string;
  readonly redirectUri: string | undefined;
  /** The key that says where the upstream is. */
  readonly addressKey: string;
}

/**
 * Tries an upstream without a person: a code that nobody was given must be refused as a code, which shows that the client
 * is known, and the API must ask for a token.
 */
export async function probeOAuth2(probe: OAuth2Probe): Promise<readonly string[]> {
  await probeClient(probe);
  await probeApi(probe);
  return [knowsClient, `${new URL(probe.personUrl).host} answers`];
}

async function probeClient({ client, redirectUri, addressKey }: OAuth2Probe): Promise<void> {
  const trouble = await redeemMadeUpCode(client, redirectUri ?? "https://client.invalid/callback");
  if (trouble !== undefined) throw new ProbeFailure(trouble.message, findKey(trouble, redirectUri, addressKey));
}

/** Which setting an error of the token endpoint is about. */
function findKey(error: Error, redirectUri: string | undefined, addressKey: string): string | undefined {
  if (!(error instanceof UpstreamError) || error.code === undefined) return addressKey;
  if (/redirect/i.test(error.message)) return redirectUri === undefined ? undefined : "redirectURI";
  // GitHub's word for a client that it does not know.
  return error.status === 404 ? "clientID" : "clientSecret";
}

async function probeApi({ personUrl, addressKey, ...caller }: OAuth2Probe): Promise<void> {
  const { status } = await probeStep(addressKey, () => sendPatiently(caller, { url: personUrl }));
  if (status === 401 || status === 403) return;
  throw new ProbeFailure(`${personUrl} answered ${status} where it should ask for a token: is it the API?`, addressKey);
}
