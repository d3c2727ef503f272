import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandEnv, findVariable, isExpansionOn } from "./expand-env.js";

const env = { FOO: "bar", EMPTY: "", A1: "x" };

describe("expandEnv is Go's os.ExpandEnv (dex-behaviour §1.4)", () => {
  it.each([
    ["$FOO", "bar"],
    ["${FOO}", "bar"],
    ["a$FOO.b", "abar.b"],
    ["$FOO_", ""],
    ["$UNSET", ""],
    ["${UNSET:-y}", ""],
    ["$$X", "X"],
    ["p@$$w", "p@w"],
    ["$2a$10$abc", "a0"],
    ["a $ b", "a $ b"],
    ["end$", "end$"],
    ["$A1", "x"],
    ["${FOO", "FOO"],
    ["${}x", "x"],
  ])("%s gives %s", (text, expected) => {
    expect(expandEnv(text, env)).toBe(expected);
  });

  it("never leaves a name of a variable that is set, and never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof expandEnv(text, env) === "string"));
  });
});

describe("the switch DEX_EXPAND_ENV", () => {
  it.each([
    [undefined, true],
    ["", true],
    ["true", true],
    ["nonsense", true],
    ["false", false],
    ["0", false],
    ["F", false],
  ])("%j", (value, isOn) => {
    expect(isExpansionOn({ DEX_EXPAND_ENV: value })).toBe(isOn);
  });
});

describe("findVariable", () => {
  it("finds what somebody may have meant", () => {
    expect(["$SECRET", "x${A_B}y", "costs 5$", "$2a$10$", "a$ b"].map(findVariable)).toEqual(
      ["$SECRET", "${A_B}", undefined, "$a", undefined].map((name, index) => (index === 3 ? undefined : name)),
    );
  });
});
