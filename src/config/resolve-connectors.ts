import { connectorTypes } from "../connectors/catalogue.js";
import type { ConnectorConfig } from "./config.js";
import type { ConfigNode } from "./config-node.js";
import { join } from "./key-path.js";
import { parseParts } from "./parse-parts.js";
import { prepareSettings } from "./prepare-settings.js";
import { startPlace } from "./problem.js";
import { readShape, type ShapeContext } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import { refuseSharedDomains, resolveDomains } from "./resolve-domains.js";
import { resolveIcon } from "./resolve-icon.js";
import { resolvePasswords } from "./resolve-passwords.js";
import { resolveCallback, resolveUpstream } from "./resolve-upstream.js";
import { ConnectorEntry } from "./schema/client.js";
import type { ConfigFile } from "./schema/top.js";
import { replaceSecretSources } from "./secret-sources.js";
import { findNearMiss } from "./spelling.js";

const empty: ConfigNode = { kind: "map", place: startPlace, entries: [] };
/** Of the connector that `enablePasswordDB` adds. */
const localId = "local";

interface Listed {
  readonly entry: ConnectorEntry;
  readonly path: string;
  readonly config: ConfigNode;
  readonly issuer: string;
}

interface Resolved {
  readonly path: string;
  readonly connector: ConnectorConfig;
}

/** Resolves `connectors` and the password list. `configs` are their `config` trees, by index, with variables expanded. */
export async function resolveConnectors(
  context: ResolveContext,
  shape: ShapeContext,
  file: ConfigFile,
  configs: readonly (ConfigNode | undefined)[],
): Promise<readonly ConnectorConfig[]> {
  const listed: Resolved[] = [];
  for (const [index, entry] of file.connectors.entries()) {
    const path = `connectors.${index}`;
    const listing = { entry, path, config: configs[index] ?? empty, issuer: file.issuer ?? "" };
    const connector = await resolveConnector(context, shape, listing);
    if (connector !== undefined) listed.push({ path, connector });
  }
  const kept = keepLast(context, [...listed, ...resolveLocal(context, file)]);
  refuseSharedDomains(context, kept);
  const connectors = kept.map(({ connector }) => connector);
  const isReported = listed.length < file.connectors.length || context.isBroken("enablePasswordDB");
  const hasUnusedPeople = !file.enablePasswordDB && file.staticPasswords.length > 0;
  if (connectors.length === 0 && !isReported && !hasUnusedPeople) {
    context.error("connectors", "nobody can log in: configure a connector, or enablePasswordDB with staticPasswords");
  }
  return connectors;
}

/** The connector ids that a file names, usable or not. */
export function listConnectorIds(file: ConfigFile, resolved: readonly ConnectorConfig[]): readonly string[] {
  return [...file.connectors.map(({ id = "" }) => id), ...resolved.map(({ id }) => id)];
}

async function resolveConnector(
  context: ResolveContext,
  shape: ShapeContext,
  { entry, path, config, issuer }: Listed,
): Promise<ConnectorConfig | undefined> {
  const { type = "", id = "", name = "" } = entry;
  for (const [key, value] of Object.entries({ type, id, name })) {
    if (value === "") context.error(join(path, key), `${key} is missing: a connector needs id, type and name`);
  }
  if (id === "." || id === "..") context.error(join(path, "id"), "id: . and .. can't be part of a URL");
  const grantTypes = entry.grantTypes ?? [];
  checkGrantTypes(context, join(path, "grantTypes"), grantTypes);
  const found = type === localId ? undefined : connectorTypes.get(type);
  if (found === undefined) {
    if (type !== "") reportType(context, join(path, "type"), type);
    return undefined;
  }
  const at = join(path, "config");
  const inputs = { context, places: shape.places };
  const settings = prepareSettings(found.options, replaceSecretSources(found.options, config, at, inputs), at, inputs);
  const options = await parseParts(context, found.options, readShape(found.options, settings, at, shape) ?? {}, at);
  const upstream = resolveUpstream(context, path, entry);
  const emailDomains = resolveDomains(context, join(path, "emailDomains"), entry.emailDomains ?? []);
  const icon = resolveIcon(context, join(path, "icon"), entry.icon ?? "");
  if (options === undefined || id === "" || name === "") return undefined;
  const redirectUri = typeof options === "object" && options !== null ? Reflect.get(options, "redirectURI") : undefined;
  const hasOwnCallback = resolveCallback(context, join(at, "redirectURI"), redirectUri, { issuer, id });
  return {
    ...{ type, id, name, path, options, ...upstream, hasOwnCallback },
    ...(grantTypes.length > 0 && { grantTypes }),
    ...(emailDomains.length > 0 && { emailDomains }),
    ...(icon !== undefined && { icon }),
  };
}

function reportType(context: ResolveContext, path: string, type: string): void {
  if (type === localId) context.error(path, "connector type local: use enablePasswordDB and staticPasswords");
  else {
    const known = [...connectorTypes.keys()].filter((name) => name !== localId);
    context.error(path, `unknown connector type "${type}"`, findNearMiss(type, known));
  }
}

const knownGrantTypes = [
  "authorization_code",
  "refresh_token",
  "implicit",
  "password",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:token-exchange",
];

function checkGrantTypes(context: ResolveContext, path: string, grantTypes: readonly string[]): void {
  for (const [index, grantType] of grantTypes.entries()) {
    if (knownGrantTypes.includes(grantType)) continue;
    const at = join(path, String(index));
    context.error(at, `unknown grant type "${grantType}"`, findNearMiss(grantType, knownGrantTypes));
  }
}

/** As Dex: of two connectors with one id the last one counts. */
function keepLast(context: ResolveContext, resolved: readonly Resolved[]): readonly Resolved[] {
  const byId = new Map<string, Resolved>();
  for (const each of resolved) {
    const { id } = each.connector;
    const earlier = byId.get(id);
    if (earlier !== undefined) {
      const { line } = context.placeOf(earlier.path);
      context.warn(each.path, `the connector id ${id} stands here again: the one in line ${line} has no effect`);
    }
    byId.set(id, each);
  }
  return [...byId.values()];
}

/** The connector of the password list. Without people in it nobody could use it, so it is left out. */
function resolveLocal(context: ResolveContext, file: ConfigFile): readonly Resolved[] {
  const { enablePasswordDB, staticPasswords } = file;
  const passwords = resolvePasswords(context, staticPasswords);
  if (!enablePasswordDB && staticPasswords.length > 0 && !context.isBroken("enablePasswordDB")) {
    const message = "cannot specify static passwords without enabling password db (enablePasswordDB: true)";
    context.error("staticPasswords", message);
  }
  if (!enablePasswordDB || staticPasswords.length === 0) return [];
  const upstream = resolveUpstream(context, localId, ConnectorEntry.parse({}));
  const options = { passwords: [...passwords] };
  const path = "enablePasswordDB";
  return [{ path, connector: { type: "local", id: localId, name: "Email", path, options, ...upstream } }];
}
