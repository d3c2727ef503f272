import type { z } from "zod";
import type { ResolveContext } from "./resolve-context.js";

/**
 * Tells zod's issues (made with `reportInput`) with their place in the file, and marks their values as broken. Messages
 * name what was expected, never the value.
 */
export function reportIssues(context: ResolveContext, error: z.ZodError, base = ""): void {
  for (const issue of error.issues) {
    const path = [...(base === "" ? [] : [base]), ...issue.path.map(String)].join(".");
    context.error(path, `${path === "" ? "the file" : path}: ${describe(issue)}`);
    context.markBroken(path);
  }
}

const names: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a map of keys and values",
};

function describe(issue: z.core.$ZodIssue, input: unknown = issue.input): string {
  switch (issue.code) {
    case "invalid_type":
      return input === undefined ? "is required" : `must be ${names[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${String(issue.minimum)}`;
    case "too_big":
      return `must be at most ${String(issue.maximum)}`;
    case "invalid_union": {
      // The last form is the one that a file can hold.
      const inner = issue.errors.at(-1)?.[0];
      return inner === undefined ? "is not valid" : describe(inner, input);
    }
    case "custom":
      // What a schema says of its own rule. Rules name no values.
      return issue.message;
    default:
      return "is not valid";
  }
}
