import * as z from "zod";
import { UpstreamError } from "../upstream-error.js";
import { parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../upstream-json.js";
import type { Provider } from "./provider.js";
import type { Claims } from "./signed-token.js";

const Answer = z.record(z.string(), z.unknown());

/** Reads the claims behind an access token (OpenID Connect Core section 5.3). 401 rejects with `UpstreamRefusal`. */
export async function fetchUserInfo(
  caller: UpstreamCaller,
  provider: Provider,
  accessToken: string,
  clientId: string,
): Promise<Claims> {
  const url = provider.metadata().userInfoUrl;
  if (url === undefined) throw new UpstreamError("the provider names no userinfo_endpoint");
  const headers = { authorization: `Bearer ${accessToken}`, accept: "application/json, application/jwt" };
  const response = requireSuccess(await sendPatiently(caller, { url, headers }));
  const isSigned = /^application\/jwt\b/i.test(response.header("content-type") ?? "");
  if (!isSigned) return parseJson(Answer, response);
  const { claims } = await provider.verify(response.text.trim());
  checkSigned(claims, provider, clientId);
  return claims;
}

/** Section 5.3.2: `iss` and `aud` of a signed answer SHOULD be there; where they are they must be right. */
function checkSigned({ iss, aud }: Claims, provider: Provider, clientId: string): void {
  const isOurs = aud === undefined || [aud].flat().includes(clientId);
  const isTheirs = iss === undefined || (typeof iss === "string" && provider.issuers().includes(iss));
  if (!isOurs || !isTheirs) throw new UpstreamError("the signed userinfo is of another issuer or for another client");
}

/**
 * Adds the claims of userinfo to those of the ID token; userinfo counts where both name one. Section 5.3.2: its `sub` must
 * be there and be the same, or the claims of somebody else are used (security case 14).
 */
export function mergeUserInfo(claims: Claims, userInfo: Claims): Claims {
  if (userInfo["sub"] !== claims["sub"])
    throw new UpstreamError("userinfo is not about the person of the ID token (sub)");
  return { ...claims, ...userInfo };
}
