import type { ConfigNode } from "./config-node.js";
import { findVariable } from "./expand-env.js";
import { join } from "./key-path.js";
import type { ProblemList } from "./problem.js";

/** Below these Dex expands, so a variable is what it seems. */
const expanded = /^(storage|signer)\.config\.|^connectors\.\d+\.config\./;

/** Warns where a `$VAR` stands that nothing replaces: there the text itself is the secret, or the id, or the URL. */
export function warnVariables(node: ConfigNode, problems: ProblemList, path = ""): void {
  if (node.kind === "map") {
    for (const { key, value } of node.entries) warnVariables(value, problems, join(path, key));
  } else if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) warnVariables(item, problems, join(path, String(index)));
  } else if (typeof node.value === "string" && !expanded.test(path.toLowerCase())) {
    // A bcrypt hash is full of dollars.
    const variable = /^\$2\w?\$/.test(node.value) ? undefined : findVariable(node.value);
    if (variable === undefined) return;
    // What only looks like a variable may be a part of a secret, and is not repeated.
    const name = variable.isSure ? variable.name : "a variable";
    problems.warn(
      node.place,
      `${name} is not replaced here: variables are expanded in storage.config, signer.config and connectors[].config alone; use the key with Env or File at its end`,
    );
  }
}
