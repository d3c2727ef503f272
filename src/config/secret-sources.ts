import { z } from "zod";
import type { ConfigNode, MapEntry, MapNode } from "./config-node.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveSource } from "./resolve-source.js";

/** Lets every secret of a connector's settings come from `...Env` or `...File`, as those of clients may. */
export function replaceSecretSources(
  context: ResolveContext,
  path: string,
  schema: z.ZodType,
  node: ConfigNode,
): ConfigNode {
  if (!(schema instanceof z.ZodObject) || node.kind !== "map") return node;
  return Object.entries(schema.shape)
    .filter(([, member]) => member instanceof z.ZodType && member.meta()?.["secret"] === true)
    .reduce<MapNode>((map, [name]) => replaceSecret(context, path, map, name), node);
}

function replaceSecret(context: ResolveContext, path: string, map: MapNode, name: string): MapNode {
  const names = { literal: name, env: `${name}Env`, file: `${name}File` };
  const fromElsewhere = find(map, names.env) ?? find(map, names.file);
  if (fromElsewhere === undefined) return map;
  const sources = {
    literal: textOf(find(map, name)),
    env: textOf(find(map, names.env)),
    file: textOf(find(map, names.file)),
  };
  const value = resolveSource(context, path, names, sources) ?? "";
  const { place } = fromElsewhere;
  const isSource = (entry: MapEntry) =>
    Object.values(names).some((each) => each.toLowerCase() === entry.key.toLowerCase());
  const rest = map.entries.filter((entry) => !isSource(entry));
  return { ...map, entries: [...rest, { key: name, place, value: { kind: "scalar", place, value, source: value } }] };
}

function find(map: MapNode, name: string): MapEntry | undefined {
  return map.entries.find(({ key }) => key.toLowerCase() === name.toLowerCase());
}

function textOf(entry: MapEntry | undefined): string | undefined {
  return entry?.value.kind === "scalar" ? entry.value.source : undefined;
}
