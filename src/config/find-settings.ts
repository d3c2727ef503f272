import type { ConfigNode, MapEntry, MapNode } from "./config-node.js";
import { expandNode, isExpansionOn } from "./expand-env.js";
import type { ResolveContext } from "./resolve-context.js";
import { plannedSignerTypes } from "./schema/oauth2.js";
import { plannedStorageTypes } from "./schema/storage.js";

/** Types that are refused: what their settings hold is not for us to judge. */
const plannedTypes: readonly string[] = [...plannedStorageTypes, ...plannedSignerTypes];

/**
 * The tree with variables expanded where Dex expands them: `storage.config`, `signer.config`, `connectors[].config`.
 * `DEX_EXPAND_ENV=false` leaves them alone.
 */
export function replaceSettings(tree: MapNode, context: ResolveContext): MapNode {
  const inSection = (section: ConfigNode): ConfigNode => {
    const type = findMember(section, "type");
    const isPlanned = type?.kind === "scalar" && plannedTypes.includes(String(type.value));
    return isPlanned ? withoutMember(section, "config") : expandConfig(section, context);
  };
  const inList = (list: ConfigNode): ConfigNode =>
    list.kind === "list" ? { ...list, items: list.items.map((item) => expandConfig(item, context)) } : list;
  const entries = tree.entries.map((entry) => {
    if (hasName(entry, "storage") || hasName(entry, "signer")) return { ...entry, value: inSection(entry.value) };
    return hasName(entry, "connectors") ? { ...entry, value: inList(entry.value) } : entry;
  });
  return { ...tree, entries };
}

/** The `config` of each item of a list, by index. */
export function findItemConfigs(tree: MapNode, name: string): readonly (ConfigNode | undefined)[] {
  const list = findMember(tree, name);
  return list?.kind === "list" ? list.items.map((item) => findMember(item, "config")) : [];
}

function findMember(node: ConfigNode, name: string): ConfigNode | undefined {
  return node.kind === "map" ? node.entries.findLast((entry) => hasName(entry, name))?.value : undefined;
}

function expandConfig(node: ConfigNode, context: ResolveContext): ConfigNode {
  const { env, problems } = context;
  if (node.kind !== "map" || !isExpansionOn(env)) return node;
  const entries = node.entries.map((entry) => {
    if (!hasName(entry, "config")) return entry;
    const value = expandNode(entry.value, env, (place, names) => problems.warn(place, describeUnset(names)));
    return { ...entry, value };
  });
  return { ...node, entries };
}

function describeUnset(names: readonly string[]): string {
  const named = names.map((name) => `$${name}`).join(", ");
  return `${named}: a variable that is not set is replaced by nothing here (there is no way to write a plain $)`;
}

function withoutMember(node: ConfigNode, name: string): ConfigNode {
  return node.kind === "map" ? { ...node, entries: node.entries.filter((entry) => !hasName(entry, name)) } : node;
}

/** Keys match whatever their case. */
function hasName(entry: MapEntry, name: string): boolean {
  return entry.key.toLowerCase() === name;
}
