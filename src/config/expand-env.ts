import type { ConfigNode } from "./config-node.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const goTrue = ["1", "t", "T", "TRUE", "true", "True"];
const goFalse = ["0", "f", "F", "FALSE", "false", "False"];

/** `DEX_EXPAND_ENV=false` switches expansion off; anything that is no Go boolean leaves it on. */
export function isExpansionOn(env: Environment): boolean {
  const value = env["DEX_EXPAND_ENV"] ?? "";
  return !goFalse.includes(value) || goTrue.includes(value);
}

/** Expands text values of a tree, through maps and one level of lists, as Dex does (dex-behaviour §1.4). */
export function expandNode(node: ConfigNode, env: Environment): ConfigNode {
  if (node.kind === "scalar") {
    return typeof node.value === "string"
      ? { ...node, value: expandEnv(node.value, env), source: expandEnv(node.source, env) }
      : node;
  }
  if (node.kind === "map") {
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: expandNode(entry.value, env) })) };
  }
  return { ...node, items: node.items.map((item) => (item.kind === "list" ? item : expandNode(item, env))) };
}

/**
 * Go's `os.ExpandEnv`: `$NAME` and `${NAME}`; unset is empty; `$$` is the variable named `$`, so empty; `$1` takes one
 * digit; `${` that is never closed vanishes; a `$` before anything else stays. There is no escape and no default value.
 */
export function expandEnv(text: string, env: Environment): string {
  return text.replace(
    /\$(?:\{([^}]{0,1000})\}|\{|([A-Za-z_]\w*)|([*#$@!?\-0-9]))/g,
    (_all, braced?: string, name?: string, special?: string) => {
      return env[braced ?? name ?? special ?? ""] ?? "";
    },
  );
}

/** A variable that somebody may have meant, in a place where Dex expands nothing. */
export function findVariable(text: string): string | undefined {
  return /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/.exec(text)?.[0];
}
