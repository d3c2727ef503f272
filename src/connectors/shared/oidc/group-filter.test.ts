import { describe, expect, it } from "vitest";
import { createGroupFilter } from "./group-filter.js";
import { groupPattern } from "./group-pattern.js";

describe("a filter of groups", () => {
  it.each([
    ["team-", "my-team-1", true],
    ["^team-", "my-team-1", false],
    ["(?i)^TEAM-", "team-1", true],
    [String.raw`^[[:alpha:]]+\z`, "abc", true],
    [String.raw`^[[:alpha:]]+\z`, "abc1", false],
    [String.raw`^\Qa.b\E$`, "a.b", true],
    [String.raw`^\pL+$`, "größe", true],
  ])("searches as Go does: %s in %s is %s", (pattern, group, expected) => {
    expect(createGroupFilter(pattern)(group)).toBe(expected);
  });

  it("takes no time that a pattern or a name could stretch", () => {
    const started = performance.now();
    expect(createGroupFilter("^(([a-z])+.)+[A-Z]([a-z])+$")("a".repeat(20_000))).toBe(false);
    // Backtracking would take longer than the sun has left.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each(["(", "[a", "*", "(?<=a)b", String.raw`(a)\1`])(
    "that is no pattern of RE2 is refused: %s",
    async (pattern) => {
      const result = await groupPattern("").safeParseAsync(pattern);
      expect(result.error?.issues[0]?.message).toContain("must be a regular expression");
    },
  );
});
