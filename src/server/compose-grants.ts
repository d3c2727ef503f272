import { findRefusal } from "../clients/gate.js";
import type { ClientRegistry } from "../clients/registry.js";
import type { Config } from "../config/config.js";
import type { ConnectorPool } from "../connectors/pool.js";
import { createTokenPipeline } from "../grants/pipeline.js";
import { createUpstreamReader } from "../grants/read-upstream.js";
import { createCodeGrant } from "../grants/redeem-code.js";
import { createRefreshGrant } from "../grants/refresh.js";
import { createRevoker } from "../grants/revoke.js";
import { createGrantEnder } from "../grants/revoke-grant.js";
import type { Signer, Verifier } from "../keys/signer.js";
import type { ReportEvent } from "../platform/events.js";
import type { Client } from "../records/client.js";
import { createMint } from "../tokens/mint.js";
import { verifyAccessToken } from "../tokens/verify.js";
import type { Stores } from "./open-stores.js";
import type { Parts } from "./parts.js";

export interface GrantInputs {
  readonly config: Config;
  readonly parts: Parts;
  readonly stores: Stores;
  readonly keys: Verifier;
  readonly signer: Signer;
  readonly clients: ClientRegistry;
  readonly connectors: ConnectorPool;
  readonly report: ReportEvent;
}

/** Puts together what the token, revocation and userinfo endpoints call. */
export function composeGrants(inputs: GrantInputs) {
  const { config, parts, stores, keys, signer, clients, connectors, report } = inputs;
  const { clock, random, pause } = parts;
  const tokenLifetimeMs = config.expiry.idTokensMs;
  const allowed = config.oauth2.grantTypes;
  const ender = createGrantEnder({ stores, clock, report, tokenLifetimeMs });
  const mint = createMint({ signer, issuer: config.issuer.url, clock, random, lifetimeMs: tokenLifetimeMs });
  const shared = { stores, mint, ender, clock, random, report, tokenLifetimeMs };
  const readUpstream = createUpstreamReader({ upstreams: stores.upstreams, connectors, clock, random, pause });
  const verify = (token: string) => verifyAccessToken(keys, token, { issuer: config.issuer.url, clock });

  function mayRefresh(client: Client, connectorId: string): boolean {
    const connector = connectors.find(connectorId);
    if (connector === undefined) return false;
    return findRefusal({ client, connector, grantType: "refresh_token", serverGrantTypes: allowed }) === undefined;
  }

  const grantTypes = [
    createCodeGrant({ ...shared, mayRefresh }),
    createRefreshGrant({ ...shared, readUpstream, failpoint: parts.failpoint }),
  ];
  return {
    runGrant: createTokenPipeline({ clients, connectors, grantTypes, allowed }),
    revoke: createRevoker({ clients, stores, ender, verifyAccessToken: verify, clock, report }),
    verifyAccessToken: verify,
  };
}
