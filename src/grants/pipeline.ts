import { authenticateClient } from "../clients/authenticate.js";
import { findRefusal, type GateRefusal } from "../clients/gate.js";
import { type ClientRegistry, findPeerTrust } from "../clients/registry.js";
import type { ConnectorPool, PooledConnector } from "../connectors/pool.js";
import { OAuthError } from "../oidc/oauth-error.js";
import { listAudiencePeers, requireTrustedPeers } from "../oidc/scopes.js";
import type { Client } from "../records/client.js";
import type { Identity } from "../records/identity.js";
import type { GrantType, PresentedGrant, TokenRequest } from "./grant-type.js";
import type { TokenAnswer } from "./token-answer.js";

export interface PipelineOptions {
  readonly clients: ClientRegistry;
  readonly connectors: ConnectorPool;
  readonly grantTypes: readonly GrantType[];
  /** Grant types that the server allows (`oauth2.grantTypes`). */
  readonly allowed: readonly string[];
}

/** Makes the function behind the token endpoint: grant type, client, what was presented, gate, person, gate, tokens. */
export function createTokenPipeline(options: PipelineOptions): (request: TokenRequest) => Promise<TokenAnswer> {
  const byType = new Map(options.grantTypes.map((grantType) => [grantType.type, grantType]));

  return async (request) => {
    const { authorization, parameters } = request;
    const grantType = byType.get(parameters.require("grant_type"));
    if (grantType === undefined || !options.allowed.includes(grantType.type)) {
      throw new OAuthError("unsupported_grant_type", "This grant_type is not supported.");
    }
    const client = await authenticateClient(options.clients, authorization, parameters);
    try {
      return await serve(request, grantType, client);
    } catch (error) {
      throw error instanceof OAuthError ? error.ofClient(client.id) : error;
    }
  };

  async function serve(request: TokenRequest, grantType: GrantType, client: Client): Promise<TokenAnswer> {
    const presented = await grantType.present(request, client);
    // Trust between clients may have ended since the login (dex-behaviour §5.5: it counts when tokens are made).
    requireTrustedPeers(
      presented.scopes,
      client.id,
      await findPeerTrust(options.clients, listAudiencePeers(presented.scopes)),
    );
    const connector = requireConnector(options.connectors, presented);
    const passGate = (identity?: Identity): void =>
      requirePassage(client, connector, grantType.type, options.allowed, identity);
    passGate();
    const identity = await grantType.identify(presented);
    passGate(identity);
    return grantType.authorize(presented, client, identity);
  }
}

/** A connector that left the config may come back: the grant stays as it is, but gives nothing meanwhile. */
function requireConnector(connectors: ConnectorPool, presented: PresentedGrant): PooledConnector {
  const connector = connectors.find(presented.connectorId);
  if (connector === undefined) {
    throw new OAuthError("invalid_grant", "The account's sign-in service is not set up any more.", {
      detail: `connector ${presented.connectorId} is not in the config`,
    });
  }
  return connector;
}

function requirePassage(
  client: Client,
  connector: PooledConnector,
  grantType: string,
  serverGrantTypes: readonly string[],
  identity: Identity | undefined,
): void {
  const refusal = findRefusal({
    client,
    connector,
    grantType,
    serverGrantTypes,
    ...(identity && { groups: identity.groups }),
  });
  if (refusal !== undefined) throw new OAuthError("invalid_grant", refusalTexts[refusal], { detail: refusal });
}

const refusalTexts: Readonly<Record<GateRefusal, string>> = {
  "grant-type-off": "This grant type is switched off.",
  "connector-not-allowed": "Connector not allowed for this client.",
  "connector-grant-type": "Requested connector does not support this grant type.",
  "group-not-allowed": "The account may not use this client.",
};
