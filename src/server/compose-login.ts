import type { AuthorizeContext } from "../endpoints/authorize/context.js";
import type { BrowserReply } from "../endpoints/authorize/exchange.js";
import { createCodeIssuer } from "../grants/issue-code.js";
import { createFlows } from "../login/flow.js";
import type { Sealer } from "../platform/sealer.js";
import { createSingleFlight } from "../platform/single-flight.js";
import type { Logger } from "../telemetry/logger.js";
import type { ServedAssets } from "./assets.js";
import type { GrantInputs } from "./compose-grants.js";

export interface LoginInputs extends Omit<GrantInputs, "keys" | "signer"> {
  readonly sealer: Sealer;
  readonly assets: ServedAssets;
  readonly logger: Logger;
}

/** Puts together what the pages and hops of a login share. */
export function composeLogin(inputs: LoginInputs): AuthorizeContext {
  const { config, parts, stores, clients, connectors, report, sealer, assets, logger } = inputs;
  const { clock, random, pause } = parts;
  const { stylesheetUrl, scriptUrl, iconUrl } = assets;
  const { authRequestsMs: lifetimeMs, authCodesMs: codeLifetimeMs } = config.expiry;
  return {
    issuer: config.issuer,
    site: { productName: config.frontend.name, assets: { stylesheetUrl, scriptUrl, iconUrl } },
    clients,
    connectors,
    pictures: assets.pictures,
    flows: createFlows({ sealer, clients, clock, random, issuer: config.issuer.url, lifetimeMs }),
    identify: { stores, clock, random, report },
    issueCode: createCodeIssuer({ grants: stores.grants, clock, random, codeLifetimeMs }),
    oauth2: config.oauth2,
    clock,
    pause,
    random,
    report,
    onceByAnswer: createSingleFlight<BrowserReply>(),
    logUpstreamError: (connectorId, error) =>
      logger.error({ connector_id: connectorId, err: error }, "upstream failed"),
  };
}
