import * as z from "zod";

/**
 * A setting that holds a pattern of `createGroupFilter`. One that is wrong is refused: Dex goes on without it, and lets
 * everything through. Its engine is loaded where a pattern is written: nearly nobody has one, and every start would wait.
 */
export function groupPattern(description: string) {
  return z
    .string()
    .superRefine(async (pattern, context) => {
      const problem = await findProblem(pattern);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .optional()
    .meta({ description });
}

async function findProblem(pattern: string): Promise<string | undefined> {
  const { createGroupFilter } = await import("./group-filter.js");
  try {
    createGroupFilter(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    return `must be a regular expression in the syntax of Go (RE2): ${reason}`;
  }
}
