import type { Clock } from "../../../platform/clock.js";
import type { ExchangeInput, LoginResult } from "../../port.js";
import { UpstreamRefusal } from "../upstream-error.js";
import type { UpstreamCaller } from "../upstream-json.js";
import { checkClaims } from "./check-claims.js";
import { InvalidTokenError } from "./invalid-token.js";
import type { Reading } from "./oidc-login.js";
import type { Provider } from "./provider.js";
import type { PersonResult } from "./read-identity.js";
import type { Claims } from "./signed-token.js";
import { fetchUserInfo, mergeUserInfo } from "./user-info.js";

export interface ExchangeOptions extends UpstreamCaller {
  readonly clock: Clock;
  readonly provider: Provider;
  readonly clientId: string;
  /** Further clients whose tokens are taken; `*`: whoever's, as in Dex. */
  readonly audiences: readonly string[];
  readonly getsUserInfo: boolean;
  readonly readPerson: (claims: Claims, reading: Reading) => PersonResult | Promise<PersonResult>;
}

const idTokenType = "urn:ietf:params:oauth:token-type:id_token";
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

/**
 * Takes a token of the provider as proof of who somebody is (RFC 8693). A token that was issued to another client is
 * refused: whoever runs that client could log in here as any of its users (dex-connectors O-10).
 */
export async function exchangeToken(options: ExchangeOptions, input: ExchangeInput): Promise<LoginResult> {
  try {
    const claims = await readClaims(options, input);
    if (typeof claims === "string") return { outcome: "denied", detail: claims };
    return await options.readPerson(claims, { accessToken: input.token, wanted: input.scopes });
  } catch (error) {
    if (error instanceof InvalidTokenError || error instanceof UpstreamRefusal) {
      return { outcome: "denied", detail: error.message };
    }
    throw error;
  }
}

function readClaims(options: ExchangeOptions, input: ExchangeInput): Promise<Claims> | string {
  if (input.tokenType === idTokenType) return readIdToken(options, input.token);
  if (input.tokenType !== accessTokenType) return "a token of this type is not taken";
  return options.getsUserInfo ? readAccessToken(options, input.token) : "access tokens are taken with getUserInfo only";
}

async function readIdToken(options: ExchangeOptions, token: string): Promise<Claims> {
  const signed = await options.provider.verify(token);
  const { provider, clock } = options;
  checkClaims(signed, {
    issuers: provider.issuers(),
    audiences: listAudiences(options),
    now: clock(),
    isBrought: true,
  });
  return signed.claims;
}

/** Whom it belongs to the provider says, at userinfo. For whom it was issued stands in it only if it is a JWT. */
async function readAccessToken(options: ExchangeOptions, token: string): Promise<Claims> {
  const { provider, clientId } = options;
  const audiences = listAudiences(options);
  if (audiences === undefined) return fetchUserInfo(options, provider, token, clientId);
  const signed = await provider.verify(token);
  const { client_id, azp, aud } = signed.claims;
  const named = [client_id, azp, aud].flat();
  if (!named.some((name) => typeof name === "string" && audiences.includes(name))) {
    throw new InvalidTokenError("the token was issued to another client");
  }
  const { sub } = checkClaims(signed, {
    issuers: provider.issuers(),
    audiences: undefined,
    now: options.clock(),
    isAccessToken: true,
  });
  return mergeUserInfo({ sub }, await fetchUserInfo(options, provider, token, clientId));
}

function listAudiences({ clientId, audiences }: ExchangeOptions): readonly string[] | undefined {
  return audiences.includes("*") ? undefined : [clientId, ...audiences];
}
