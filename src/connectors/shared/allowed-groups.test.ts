import { describe, expect, it } from "vitest";
import { findAllowedGroups } from "./allowed-groups.js";

describe("allowed groups", () => {
  it("narrow the person's groups, in the person's order, compared to the letter (dex-connectors §4.4)", () => {
    expect(findAllowedGroups(["c", "A", "a", "b"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
  });

  it("let nobody in who is in none of them", () => {
    expect(findAllowedGroups(["x"], ["a"])).toBeUndefined();
    expect(findAllowedGroups([], ["a"])).toBeUndefined();
  });

  it("let everybody in where there are none", () => {
    expect(findAllowedGroups(["x"], [])).toEqual(["x"]);
    expect(findAllowedGroups([], undefined)).toEqual([]);
  });
});
