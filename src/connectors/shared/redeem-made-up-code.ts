import type { OAuth2Client } from "./oauth2-client.js";

/**
 * Finds out without a person whether an upstream knows our client: who does refuses a code that nobody was given as a code;
 * who does not refuses the client (RFC 6749 section 5.2). Undefined: it does. Otherwise what went wrong.
 */
export async function redeemMadeUpCode(client: OAuth2Client, callbackUrl: string): Promise<Error | undefined> {
  try {
    await client.redeem({
      scopes: { offlineAccess: false, groups: false },
      callbackUrl,
      fields: new Map([["code", "latchkey-check"]]),
      // As long as a real PKCE verifier.
      derive: () => "latchkey-check".padEnd(43, "-"),
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export const knowsClient = "the token endpoint takes clientID and clientSecret";
