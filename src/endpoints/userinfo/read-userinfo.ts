import type { ClientRegistry } from "../../clients/registry.js";
import type { GrantStores } from "../../grants/stores.js";
import { createIdentityClaims } from "../../oidc/claims.js";
import { OAuthError } from "../../oidc/oauth-error.js";
import type { Parameters } from "../../oidc/parameters.js";
import { createSubject } from "../../oidc/subject.js";
import type { AccessTokenClaims } from "../../tokens/verify.js";

export interface UserinfoOptions {
  readonly verifyAccessToken: (token: string) => Promise<AccessTokenClaims | undefined>;
  readonly stores: Pick<GrantStores, "grants" | "revokedAccessTokens">;
  readonly clients: ClientRegistry;
}

/** Claims for the bearer of an access token (OpenID Connect Core §5.3), as fresh as the grant's last refresh. */
export function createUserinfoReader(options: UserinfoOptions) {
  return async (token: string): Promise<Record<string, unknown>> => {
    const claims = await options.verifyAccessToken(token);
    if (claims === undefined) throw invalidToken("not a valid access token of this issuer");
    if (!claims.scopes.includes("openid")) {
      throw new OAuthError("insufficient_scope", "The access token lacks the scope openid.", {
        status: 403,
        scheme: "Bearer",
      });
    }
    const entry = await options.stores.grants.find(claims.grantKey);
    if (entry === undefined || entry.record.revokedAt !== undefined) throw invalidToken("the grant has ended");
    if ((await options.stores.revokedAccessTokens.find(claims.tokenId)) !== undefined)
      throw invalidToken("the token was revoked");
    if ((await options.clients.find(claims.clientId)) === undefined)
      throw invalidToken("the client is not set up any more");
    const { identity, connectorId } = entry.record;
    return {
      sub: createSubject(identity.userId, connectorId),
      ...createIdentityClaims(identity, claims.scopes, connectorId),
    };
  };
}

/** The token from the header or a form body (RFC 6750 §2.1, §2.2), never both, never the query. */
export function requireBearerToken(authorization: string | undefined, body: Parameters): string {
  const posted = body.find("access_token");
  if (authorization !== undefined && posted !== undefined) {
    throw new OAuthError("invalid_request", "Send the access token once.", { scheme: "Bearer" });
  }
  if (authorization === undefined && posted === undefined) {
    throw new OAuthError("invalid_token", "No access token was sent.", { scheme: "Bearer" });
  }
  const token = posted ?? /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw invalidToken("not a Bearer header");
  return token;
}

function invalidToken(detail: string): OAuthError {
  return new OAuthError("invalid_token", "Invalid access token.", { scheme: "Bearer", detail });
}
