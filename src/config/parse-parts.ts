import type { z } from "zod";
import { reportIssues } from "./report-issues.js";
import type { ResolveContext } from "./resolve-context.js";

/** Each round drops at least one value, so a file has long run out of them. */
const maxRounds = 200;

/**
 * Parses a value, reports what does not fit, leaves that out and goes on with the rest: the problems behind a wrong type
 * come in the same run as the wrong type. Undefined when nothing usable is left.
 */
export async function parseParts<T>(
  context: ResolveContext,
  schema: z.ZodType<T>,
  value: unknown,
  base = "",
): Promise<T | undefined> {
  for (let round = 0; round < maxRounds; round++) {
    const parsed = await schema.safeParseAsync(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    reportIssues(context, parsed.error, base);
    if (!parsed.error.issues.every((issue) => dropAt(value, issue))) return undefined;
  }
  return undefined;
}

/** Takes the value at a path out, or what holds it where it is missing itself. False when there is nothing to take out. */
function dropAt(root: unknown, issue: z.core.$ZodIssue): boolean {
  const { path } = issue;
  for (let length = path.length; length > 0; length--) {
    const holder = walk(root, path.slice(0, length - 1));
    const name = path[length - 1];
    if (name === undefined || typeof holder !== "object" || holder === null) continue;
    // What stands in a list leaves an empty one behind, so that the places of those after it stay true.
    const isItem = Array.isArray(holder) && length === path.length;
    if (isItem) return Reflect.set(holder, name, emptyOf(issue));
    if (!Array.isArray(holder) && Reflect.get(holder, name) !== undefined) return Reflect.deleteProperty(holder, name);
  }
  return false;
}

function emptyOf(issue: z.core.$ZodIssue): unknown {
  return issue.code === "invalid_type" && issue.expected === "object" ? {} : "";
}

function walk(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root;
  for (const name of path) at = typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined;
  return at;
}
