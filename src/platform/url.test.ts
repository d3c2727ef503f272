import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitTarget, trimSlashes } from "./url.js";

describe("splitTarget", () => {
  it("splits at the first ? alone and repairs nothing", () => {
    expect(splitTarget("/dex/auth?a=b?c#d")).toEqual({ path: "/dex/auth", query: "a=b?c#d" });
    expect(splitTarget("/dex/../auth%2f")).toEqual({ path: "/dex/../auth%2f", query: "" });
    expect(splitTarget("?")).toEqual({ path: "", query: "" });
  });

  it("loses no character of any target", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (target) => {
        const { path, query } = splitTarget(target);
        expect(target.includes("?") ? `${path}?${query}` : path).toBe(target);
      }),
    );
  });
});

describe("trimSlashes", () => {
  it("takes all slashes off the end and none elsewhere, in linear time", () => {
    expect(["https://a/b//", "https://a", "//", ""].map(trimSlashes)).toEqual(["https://a/b", "https://a", "", ""]);
    expect(trimSlashes(`${"/".repeat(200_000)}x`)).toHaveLength(200_001);
  });
});
