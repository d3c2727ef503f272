import { describe, expect, it } from "vitest";
import { present } from "./present.js";

describe("present", () => {
  it("leaves out members that are undefined, and those alone", () => {
    const kept = present({ a: 1, b: undefined, c: null, d: "", e: 0, f: false });
    expect(Object.keys(kept)).toEqual(["a", "c", "d", "e", "f"]);
  });

  it("does not change what it was given", () => {
    const members = { a: undefined, b: 1 };
    present(members);
    expect(Object.keys(members)).toEqual(["a", "b"]);
  });
});
