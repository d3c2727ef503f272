import { createStaticRegistry } from "../clients/registry.js";
import type { Config } from "../config/config.js";
import { openConnectorPool } from "../connectors/pool.js";
import type { AuthorizeContext } from "../endpoints/authorize/context.js";
import type { BrowserReply } from "../endpoints/authorize/exchange.js";
import { createUserinfoReader } from "../endpoints/userinfo/read-userinfo.js";
import { createCodeIssuer } from "../grants/issue-code.js";
import { openLocalKeys } from "../keys/local-keys.js";
import { openSealer } from "../keys/sealing-keys.js";
import { createFlows } from "../login/flow.js";
import { createSingleFlight } from "../platform/single-flight.js";
import { createSweep } from "../storage/sweep.js";
import { createReporter } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import { createAssets } from "./assets.js";
import { composeGrants } from "./compose-grants.js";
import { createHealthCheck } from "./health-check.js";
import { openStores } from "./open-stores.js";
import type { Parts } from "./parts.js";
import type { createPasswordQueue } from "./password-queue.js";

const sweepIntervalMs = 60_000;
const sealingRotationMs = 86_400_000;

export interface ComposeOptions {
  readonly config: Config;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly passwordQueue: ReturnType<typeof createPasswordQueue>["queue"];
}

/** Builds the house by hand, from the store up to what the endpoints call. Nothing listens yet. */
export async function compose({ config, parts, logger, passwordQueue }: ComposeOptions) {
  const { clock, random } = parts;
  const report = createReporter(logger);
  const onFailure = (error: unknown): void => logger.error({ err: error }, "background work failed; it will be tried again");
  const stores = await openStores(config.storage);
  const { rotationPeriodMs, algorithm } = config.signer;
  const tokenLifetimeMs = config.expiry.idTokensMs;
  const keys = await openLocalKeys({ collection: stores.signingKeys, clock, algorithm, rotationPeriodMs, tokenLifetimeMs, report, onFailure });
  // Twice the life of a flow: a page that expired can still say whose it was, and so where to start again.
  const lifetimeMs = 2 * config.expiry.authRequestsMs;
  const sealer = await openSealer({ collection: stores.sealingKeys, clock, random, lifetimeMs, rotationPeriodMs: sealingRotationMs, onFailure });
  const clients = createStaticRegistry(config.clients);
  const connectors = await openConnectorPool({
    specs: config.connectors,
    types: parts.connectorTypes,
    context: { clock, passwordQueue },
    report: (connectorId, reason) => logger.warn({ connector_id: connectorId, reason }, "connector not opened; it will be tried again"),
  });
  const grants = composeGrants({ config, parts, stores, keys, clients, connectors, report });
  const assets = createAssets(config.assets, config.issuer.path);
  const { stylesheetUrl, scriptUrl, iconUrl } = assets;
  const authorize: AuthorizeContext = {
    issuer: config.issuer,
    site: { productName: config.frontend.name, assets: { stylesheetUrl, scriptUrl, iconUrl } },
    clients,
    connectors,
    flows: createFlows({ sealer, clients, clock, random, issuer: config.issuer.url, lifetimeMs: config.expiry.authRequestsMs }),
    identify: { stores, clock, random, report },
    issueCode: createCodeIssuer({ grants: stores.grants, clock, random, codeLifetimeMs: config.expiry.authCodesMs }),
    oauth2: config.oauth2,
    clock,
    random,
    report,
    onceByAnswer: createSingleFlight<BrowserReply>(),
    logUpstreamError: (connectorId, error) => logger.error({ connector_id: connectorId, err: error }, "upstream failed"),
  };
  const readUserinfo = createUserinfoReader({ verifyAccessToken: grants.verifyAccessToken, stores, clients });
  const sweep = createSweep({ driver: stores.driver, clock, intervalMs: sweepIntervalMs, report: onFailure });
  return {
    ...grants,
    authorize,
    assets,
    keys,
    readUserinfo,
    checkHealth: createHealthCheck(stores.driver, connectors),
    start() {
      keys.start();
      sealer.start();
      sweep.start();
    },
    async close() {
      await Promise.all([keys.stop(), sealer.stop(), sweep.stop()]);
      await connectors.close();
      await stores.driver.close();
    },
  };
}

export type House = Awaited<ReturnType<typeof compose>>;
