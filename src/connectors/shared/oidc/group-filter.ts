import { RE2JS } from "re2js";
import * as z from "zod";

/** Whether a group is kept. */
export type GroupFilter = (group: string) => boolean;

/**
 * Compiles a pattern in the syntax of Go (RE2), which is what Dex's files hold: `(?i)`, `\z` and `[[:alpha:]]` mean here
 * what they mean there, and no pattern and no group name can make a match take long. Throws where it is none.
 */
export function createGroupFilter(pattern: string): GroupFilter {
  const compiled = RE2JS.compile(pattern);
  return (group) => compiled.test(group);
}

/** A setting that holds such a pattern. One that is wrong is refused: Dex goes on without it, and lets everything through. */
export function groupPattern(description: string) {
  return z
    .string()
    .superRefine((pattern, context) => {
      const problem = findProblem(pattern);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .optional()
    .meta({ description });
}

function findProblem(pattern: string): string | undefined {
  try {
    createGroupFilter(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    return `must be a regular expression in the syntax of Go (RE2): ${reason}`;
  }
}
