import type { ConfigNode } from "./config-node.js";
import type { Place } from "./problem.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Called for a text in which variables that are not set were replaced by nothing. */
export type ReportUnset = (place: Place, names: readonly string[]) => void;

const goFalse = ["0", "f", "F", "FALSE", "false", "False"];

/** `DEX_EXPAND_ENV=false` switches expansion off; what is no Go boolean leaves it on. */
export function isExpansionOn(env: Environment): boolean {
  return !goFalse.includes(env["DEX_EXPAND_ENV"] ?? "");
}

/** Expands text values of a tree, through maps and one level of lists, as Dex does (dex-behaviour §1.4). */
export function expandNode(node: ConfigNode, env: Environment, report: ReportUnset): ConfigNode {
  if (node.kind === "map") {
    const entries = node.entries.map((entry) => ({ ...entry, value: expandNode(entry.value, env, report) }));
    return { ...node, entries };
  }
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item) => (item.kind === "list" ? item : expandNode(item, env, report))) };
  }
  if (typeof node.value !== "string") return node;
  const { text, unset } = expandText(node.value, env);
  if (unset.length > 0) report(node.place, unset);
  return { ...node, value: text, source: text };
}

/**
 * Go's `os.ExpandEnv`: `$NAME` and `${NAME}`; unset is empty; `$$` is the variable named `$`, so empty; `$1` takes one
 * digit; `${` that is never closed vanishes; a `$` before anything else stays. There is no escape and no default value.
 */
export function expandEnv(text: string, env: Environment): string {
  return expandText(text, env).text;
}

/** `unset`: the variables that were not set; empty for a brace that is never closed. */
function expandText(text: string, env: Environment): { readonly text: string; readonly unset: readonly string[] } {
  const lastBrace = text.lastIndexOf("}");
  const unset = new Set<string>();
  let expanded = "";
  let at = 0;
  for (let dollar = text.indexOf("$"); dollar !== -1; dollar = text.indexOf("$", at)) {
    const found = findName(text, dollar + 1, lastBrace);
    expanded += text.slice(at, found === undefined ? dollar + 1 : dollar);
    const value = found?.name === undefined ? undefined : env[found.name];
    if (found !== undefined && value === undefined) unset.add(found.name ?? "");
    expanded += value ?? "";
    at = found?.end ?? dollar + 1;
  }
  return { text: expanded + text.slice(at), unset: [...unset] };
}

interface FoundName {
  /** Undefined where a brace is never closed. */
  readonly name?: string;
  readonly end: number;
}

/** The name behind a `$`; undefined where none can begin. */
function findName(text: string, start: number, lastBrace: number): FoundName | undefined {
  if (text[start] === "{") {
    // Looking for a brace that is not there would take the square of the length.
    if (start > lastBrace) return { end: start + 1 };
    const close = text.indexOf("}", start);
    return { name: text.slice(start + 1, close), end: close + 1 };
  }
  const name = /[A-Za-z_]\w*|[*#$@!?\-0-9]/y;
  name.lastIndex = start;
  const match = name.exec(text);
  return match === null ? undefined : { name: match[0], end: start + match[0].length };
}

/**
 * The variable that somebody meant, in a place where Dex expands nothing. `isSure`: the text is nothing else, or it has
 * braces. Undefined where there is none.
 */
export function findVariable(text: string): { readonly name: string; readonly isSure: boolean } | undefined {
  const [name] = /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/.exec(text) ?? [];
  return name === undefined ? undefined : { name, isSure: name === text || name.startsWith("${") };
}
