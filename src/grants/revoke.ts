import { authenticateClient } from "../clients/authenticate.js";
import type { ClientRegistry } from "../clients/registry.js";
import { OAuthError } from "../oidc/oauth-error.js";
import type { Clock } from "../platform/clock.js";
import { decodePair } from "../platform/encoding.js";
import type { ReportEvent, RequestOrigin } from "../platform/events.js";
import type { Client } from "../records/client.js";
import { grantKey, judgeRefresh } from "../records/grant.js";
import type { AccessTokenClaims } from "../tokens/verify.js";
import type { TokenRequest } from "./grant-type.js";
import { describeGrant, type GrantEnder } from "./revoke-grant.js";
import type { GrantStores } from "./stores.js";

export interface RevokeOptions {
  readonly clients: ClientRegistry;
  readonly stores: GrantStores;
  readonly ender: GrantEnder;
  readonly verifyAccessToken: (token: string) => Promise<AccessTokenClaims | undefined>;
  readonly clock: Clock;
  readonly report: ReportEvent;
}

/**
 * Revokes a token (RFC 7009). A refresh token takes its whole grant along, an access token only itself. An unknown,
 * expired or already revoked token is no error (§2.2); another client's token is refused and stays (§2.1).
 */
export function createRevoker(options: RevokeOptions): (request: TokenRequest) => Promise<void> {
  return async ({ authorization, parameters, origin }) => {
    const client = await authenticateClient(options.clients, authorization, parameters);
    const token = parameters.require("token");
    // The hint only speeds up a search (§2.1), and here the form of a token tells what it is.
    parameters.find("token_type_hint");
    if (await revokeRefreshToken(options, client, token, origin)) return;
    await revokeAccessToken(options, client, token, origin);
  };
}

async function revokeRefreshToken(
  options: RevokeOptions,
  client: Client,
  token: string,
  origin: RequestOrigin,
): Promise<boolean> {
  const pair = decodePair(token);
  const entry = pair === undefined ? undefined : await options.stores.grants.find(grantKey(pair.first));
  if (pair === undefined || entry === undefined) return false;
  const { record: grant, key } = entry;
  const owner = grant.clientId === client.id ? client : await options.clients.find(grant.clientId);
  const ask = { clientId: grant.clientId, secret: pair.second, now: options.clock() };
  const { verdict } = judgeRefresh(grant, ask, (owner ?? client).refreshPolicy);
  if (verdict === "expired" || verdict === "revoked") return true;
  // To a stranger a secret that never belonged to the family must tell nothing; from its owner it says: end this.
  if (verdict === "reused" && owner !== client) return true;
  requireOwner(grant.clientId, client);
  await options.ender.end(key, { cause: "client", reason: "revoked by the client" }, origin);
  return true;
}

async function revokeAccessToken(
  options: RevokeOptions,
  client: Client,
  token: string,
  origin: RequestOrigin,
): Promise<void> {
  const claims = await options.verifyAccessToken(token);
  if (claims === undefined) return;
  requireOwner(claims.clientId, client);
  const entry = await options.stores.grants.find(claims.grantKey);
  if (entry === undefined) return;
  const row = { revokedAt: options.clock(), endsAt: claims.expiresAt };
  const isNew = await options.stores.revokedAccessTokens.insert(claims.tokenId, row);
  if (isNew) options.report({ type: "access-token.revoked", ...describeGrant(entry.record, entry.key) }, origin);
}

function requireOwner(ownerId: string, client: Client): void {
  if (ownerId !== client.id) throw new OAuthError("invalid_grant", "The token was issued to another client.");
}
