import type { z } from "zod";
import { connectorTypes, plannedConnectorTypes } from "../connectors/catalogue.js";
import type { ConnectorConfig } from "./config.js";
import type { ConfigNode } from "./config-node.js";
import { expandNode, isExpansionOn } from "./expand-env.js";
import { join, readShape, type ShapeContext } from "./read-shape.js";
import { reportIssues } from "./report-issues.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolvePasswords } from "./resolve-passwords.js";
import type { ConnectorEntry } from "./schema/client.js";
import type { ConfigFile } from "./schema/top.js";
import { replaceSecretSources } from "./secret-sources.js";
import { findNearMiss } from "./spelling.js";

const empty: ConfigNode = { kind: "map", place: { line: 1, column: 1 }, entries: [] };

/** Resolves `connectors` and the password list. `configs` are their `config` trees, by index. */
export function resolveConnectors(
  context: ResolveContext,
  shape: ShapeContext,
  file: ConfigFile,
  configs: readonly (ConfigNode | undefined)[],
): readonly ConnectorConfig[] {
  const listed = file.connectors.flatMap((entry, index) => {
    return (
      resolveConnector(context, shape, { entry, path: `connectors.${index}`, config: configs[index] ?? empty }) ?? []
    );
  });
  const connectors = [...keepLast(context, listed), ...resolveLocal(context, file)];
  const hasProblem = file.connectors.length > 0 && listed.length < file.connectors.length;
  if (connectors.length === 0 && !hasProblem) {
    context.error("connectors", "nobody can log in: configure a connector, or enablePasswordDB with staticPasswords");
  }
  return connectors;
}

interface Listed {
  readonly entry: ConnectorEntry;
  readonly path: string;
  readonly config: ConfigNode;
}

function resolveConnector(
  context: ResolveContext,
  shape: ShapeContext,
  { entry, path, config }: Listed,
): ConnectorConfig | undefined {
  const { type, id, name } = entry;
  if (!type || !id || !name) {
    context.error(path, "ID, Type and Name fields are required for a connector");
    return undefined;
  }
  if (id === "." || id === "..") context.error(join(path, "id"), "id: . and .. can't be part of a URL");
  const found = type === "local" ? undefined : connectorTypes.get(type);
  if (found === undefined) {
    reportType(context, join(path, "type"), type);
    return undefined;
  }
  checkGrantTypes(context, join(path, "grantTypes"), entry.grantTypes ?? []);
  const expanded = isExpansionOn(context.env) ? expandNode(config, context.env) : config;
  const settings = replaceSecretSources(context, join(path, "config"), found.options, expanded);
  const options = readOptions(context, shape, join(path, "config"), found.options, settings);
  if (options === undefined) return undefined;
  const grantTypes = entry.grantTypes ?? [];
  return { type, id, name, options: options.value, ...(grantTypes.length > 0 && { grantTypes }) };
}

function readOptions(
  context: ResolveContext,
  shape: ShapeContext,
  path: string,
  schema: z.ZodType,
  config: ConfigNode,
): { readonly value: unknown } | undefined {
  const result = schema.safeParse(readShape(schema, config, path, shape) ?? {}, { reportInput: true });
  if (result.success) return { value: result.data };
  reportIssues(context, result.error, path);
  return undefined;
}

function reportType(context: ResolveContext, path: string, type: string): void {
  if (plannedConnectorTypes.includes(type)) context.error(path, `connector type ${type}: not supported yet`);
  else if (type === "local") context.error(path, "connector type local: use enablePasswordDB and staticPasswords");
  else {
    const known = [...connectorTypes.keys(), ...plannedConnectorTypes].filter((name) => name !== "local");
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
  for (const grantType of grantTypes) {
    if (!knownGrantTypes.includes(grantType))
      context.error(path, `unknown grant type "${grantType}"`, findNearMiss(grantType, knownGrantTypes));
  }
}

/** As Dex: of two connectors with one id the last one counts. */
function keepLast(context: ResolveContext, connectors: readonly ConnectorConfig[]): readonly ConnectorConfig[] {
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  for (const [index, { id }] of connectors.entries()) {
    const isRepeated = connectors.slice(0, index).some((earlier) => earlier.id === id);
    if (isRepeated)
      context.warn(`connectors.${index}`, `the connector id ${id} stands here again; the earlier one has no effect`);
  }
  return [...byId.values()];
}

function resolveLocal(context: ResolveContext, file: ConfigFile): readonly ConnectorConfig[] {
  if (!file.enablePasswordDB) {
    if (file.staticPasswords.length > 0)
      context.error(
        "staticPasswords",
        "cannot specify static passwords without enabling password db (enablePasswordDB: true)",
      );
    return [];
  }
  const passwords = resolvePasswords(context, file.staticPasswords);
  if (file.staticPasswords.length === 0 && file.connectors.length > 0) return [];
  if (file.staticPasswords.length === 0) return [];
  return [{ type: "local", id: "local", name: "Email", options: { passwords: [...passwords] } }];
}
