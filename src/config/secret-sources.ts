import * as z from "zod";
import type { ConfigNode, MapEntry, MapNode } from "./config-node.js";
import { join } from "./key-path.js";
import type { Place } from "./problem.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveSource, type SourceNames } from "./resolve-source.js";

export interface SecretSourceContext {
  readonly context: ResolveContext;
  readonly places: Map<string, Place>;
}

/**
 * Lets every secret of a connector's settings come from `...Env` or `...File`, as those of clients may: what is named
 * there stands in the tree that is returned as if it had been written.
 */
export function replaceSecretSources(
  schema: z.ZodType,
  node: ConfigNode,
  path: string,
  inputs: SecretSourceContext,
): ConfigNode {
  if (!(schema instanceof z.ZodObject) || node.kind !== "map") return node;
  return listSecrets(schema).reduce<MapNode>((map, name) => replaceSecret(map, name, path, inputs), node);
}

/** The keys with which `replaceSecretSources` lets the secrets of a schema be given. */
export function listSecretSources(schema: z.ZodObject): readonly string[] {
  return listSecrets(schema).flatMap((name) => [`${name}Env`, `${name}File`]);
}

/** Secrets that have no `...Env` and `...File` in the schema itself. */
function listSecrets({ shape }: z.ZodObject): readonly string[] {
  return Object.entries(shape).flatMap(([name, member]) => {
    const isSecret = member instanceof z.ZodType && member.meta()?.["secret"] === true;
    return isSecret && !(`${name}File` in shape || `${name}FromFile` in shape) ? [name] : [];
  });
}

function replaceSecret(map: MapNode, name: string, path: string, { context, places }: SecretSourceContext): MapNode {
  const names: SourceNames = { literal: name, env: `${name}Env`, file: `${name}File` };
  const [env, file] = [findEntry(map, names.env), findEntry(map, names.file)];
  const first = env ?? file;
  if (first === undefined) return map;
  if (env !== undefined) places.set(join(path, names.env), env.place);
  if (file !== undefined) places.set(join(path, names.file), file.place);
  const sources = {
    literal: textOf(findEntry(map, names.literal)),
    env: textOf(env),
    file: textOf(file),
  };
  const value = resolveSource(context, path, names, sources);
  if (value === undefined) context.markBroken(join(path, name));
  const isSource = ({ key }: MapEntry): boolean =>
    Object.values(names).some((each) => each.toLowerCase() === key.toLowerCase());
  const scalar: ConfigNode = { kind: "scalar", place: first.place, value: value ?? "", source: value ?? "" };
  const rest = map.entries.filter((entry) => !isSource(entry));
  return { ...map, entries: [...rest, { key: name, place: first.place, value: scalar }] };
}

function findEntry(map: MapNode, name: string): MapEntry | undefined {
  return map.entries.findLast(({ key }) => key.toLowerCase() === name.toLowerCase());
}

function textOf(entry: MapEntry | undefined): string | undefined {
  const value = entry?.value;
  return value?.kind === "scalar" && value.value !== null ? value.source : undefined;
}
