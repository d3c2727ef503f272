import * as z from "zod";
import type { ConfigNode, MapEntry, MapNode } from "./config-node.js";
import { join } from "./key-path.js";
import type { Place, ProblemList } from "./problem.js";
import { listSecretSources } from "./secret-sources.js";
import { findNearMiss } from "./spelling.js";
import { describeRepeat } from "./tree-reader.js";

export type StrictMode = "strict" | "lenient" | undefined;

export interface ShapeContext {
  readonly problems: ProblemList;
  readonly mode: StrictMode;
  /** Where each value stood, by dotted path (`staticClients.0.secret`). */
  readonly places: Map<string, Place>;
}

/**
 * Turns a tree into the plain value that a zod schema checks, as Dex's decoder would read it: keys match whatever their
 * case, null leaves the default, numbers and booleans are text where text is expected. Unknown keys are told here.
 */
export function readShape(schema: z.ZodType, node: ConfigNode, path: string, context: ShapeContext): unknown {
  context.places.set(path, node.place);
  if (node.kind === "scalar" && node.value === null) return undefined;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject && node.kind === "map") return readObject(inner, node, path, context);
  if (inner instanceof z.ZodArray && node.kind === "list") {
    const { element } = inner;
    if (!(element instanceof z.ZodType)) return toPlain(node);
    return node.items.map((item, index) => readItem(element, item, join(path, String(index)), context));
  }
  if (expectsText(schema) && node.kind === "scalar") return typeof node.value === "string" ? node.value : node.source;
  return toPlain(node);
}

/** As in Dex, an empty item of a list is an empty text or an empty map. */
function readItem(schema: z.ZodType, node: ConfigNode, path: string, context: ShapeContext): unknown {
  const value = readShape(schema, node, path, context);
  if (value !== undefined) return value;
  return unwrap(schema) instanceof z.ZodObject ? {} : "";
}

/** The value as YAML has it, where no schema says more. */
export function toPlain(node: ConfigNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlain);
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlain(value)]));
  }
}

/** The schema below `optional`, `default` and `prefault`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap();
  return inner instanceof z.ZodType ? inner : schema;
}

/** Secrets and contents of files are text, whatever their schema makes of it. */
function expectsText(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  const { secret, file } = schema.meta() ?? {};
  return inner instanceof z.ZodString || inner instanceof z.ZodEnum || secret === true || file !== undefined;
}

function readObject(schema: z.ZodObject, node: MapNode, path: string, context: ShapeContext): Record<string, unknown> {
  const byLowerCase = new Map(Object.keys(schema.shape).map((key) => [key.toLowerCase(), key]));
  const seen = new Map<string, Place>();
  const values: Record<string, unknown> = {};
  for (const entry of node.entries) {
    const name = byLowerCase.get(entry.key.toLowerCase());
    const member: unknown = name === undefined ? undefined : schema.shape[name];
    if (name === undefined || !(member instanceof z.ZodType)) {
      reportUnknown(entry, path, [...byLowerCase.values(), ...listSecretSources(schema)], context);
      continue;
    }
    const earlier = seen.get(name);
    if (earlier !== undefined) context.problems.warn(entry.place, describeRepeat(entry.key, earlier));
    seen.set(name, entry.place);
    const place = join(path, name);
    if (member.meta()?.["planned"] === true && !isEmpty(entry.value)) {
      context.problems.warn(entry.place, `${place} has no effect yet`);
    }
    values[name] = readShape(member, entry.value, place, context);
  }
  return values;
}

function reportUnknown(
  entry: MapEntry,
  path: string,
  valid: readonly string[],
  { problems, mode }: ShapeContext,
): void {
  const where = path === "" ? "at the top level" : `in ${path}`;
  const nearMiss = findNearMiss(entry.key, valid);
  if (mode === "strict" || (nearMiss !== undefined && mode !== "lenient")) {
    problems.error(entry.place, `unknown key ${entry.key} ${where}`, nearMiss);
  } else {
    problems.warn(entry.place, `unknown key ${entry.key} ${where}: it has no effect`, nearMiss);
  }
}

function isEmpty(node: ConfigNode): boolean {
  if (node.kind === "scalar") return node.value === null || node.value === "" || node.value === false;
  return node.kind === "map" ? node.entries.length === 0 : node.items.length === 0;
}
