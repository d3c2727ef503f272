import { RE2JS } from "re2js";

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
