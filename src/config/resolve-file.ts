import type { Config } from "./config.js";
import type { MapNode } from "./config-node.js";
import { type Environment, isExpansionOn } from "./expand-env.js";
import { findItemConfigs, replaceSettings } from "./find-settings.js";
import { parseParts } from "./parse-parts.js";
import type { Place, ProblemList } from "./problem.js";
import { readAssets } from "./read-assets.js";
import { readShape, type ShapeContext, type StrictMode } from "./read-shape.js";
import { resolveAddress } from "./resolve-address.js";
import { resolveClients } from "./resolve-clients.js";
import { listConnectorIds, resolveConnectors } from "./resolve-connectors.js";
import { ResolveContext } from "./resolve-context.js";
import { resolveIssuer } from "./resolve-issuer.js";
import { checkGlobalPolicy } from "./resolve-refresh.js";
import { refusePlanned, resolveExpiry, resolveLogger, resolveOAuth2, resolveSigner } from "./resolve-rest.js";
import { resolveStorage } from "./resolve-storage.js";
import { resolveWeb, type WebFlags } from "./resolve-web.js";
import { ConfigFile } from "./schema/top.js";
import { warnVariables } from "./warn-variables.js";

/** Values of the command line, each in place of a key. */
export interface ConfigFlags extends WebFlags {
  readonly telemetryAddr?: string;
  readonly grpcAddr?: string;
}

export interface ResolveInput {
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly mode?: StrictMode;
  /** Filled with the place of each key that is read. */
  readonly places: Map<string, Place>;
}

/** Checks a whole file against the schema and resolves it. With an error among the problems the result is of no use. */
export async function resolveFile(
  tree: MapNode,
  input: ResolveInput,
  problems: ProblemList,
): Promise<Config | undefined> {
  const { flags, env, mode, places } = input;
  const shape: ShapeContext = { problems, places, mode };
  const context = new ResolveContext(problems, places, env);
  if (isExpansionOn(env)) warnVariables(tree, problems);
  const expanded = replaceSettings(tree, context);
  const file = await parseParts(context, ConfigFile, readShape(ConfigFile, expanded, "", shape));
  if (file === undefined) return undefined;
  if (flags.grpcAddr !== undefined) context.warn("grpc", "--grpc-addr has no effect yet");
  refusePlanned(context, file);
  const connectors = await resolveConnectors(context, shape, file, findItemConfigs(expanded, "connectors"));
  const connectorIds = listConnectorIds(file, connectors);
  checkGlobalPolicy(context, file.expiry.refreshTokens, file.staticClients.length > 0);
  const issuer = resolveIssuer(context, file.issuer);
  const storage = resolveStorage(context, file.storage);
  const parts = { ...resolveSections(context, file, flags), clients: resolveClients(context, { file, connectorIds }) };
  return issuer && storage && { issuer, storage, connectors, assets: readAssets(), ...parts };
}

function resolveSections(context: ResolveContext, file: ConfigFile, flags: ConfigFlags) {
  const { telemetryAddr } = flags;
  const address = telemetryAddr || file.telemetry.http;
  const http = resolveAddress(context, "telemetry.http", address, telemetryAddr && "--telemetry-addr");
  return {
    web: resolveWeb(context, file.web, flags),
    telemetry: http === undefined ? {} : { http },
    expiry: resolveExpiry(context, file.expiry),
    signer: resolveSigner(context, file),
    oauth2: resolveOAuth2(context, file.oauth2),
    logger: resolveLogger(context, file.logger),
    frontend: { name: file.frontend.issuer || "Latchkey" },
  };
}
