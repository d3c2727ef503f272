import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigNode } from "./config-node.js";
import { expandEnv, expandNode, findVariable, isExpansionOn } from "./expand-env.js";

const env = { FOO: "foo", A_1: "a1", EMPTY: "" };

/** Text and what Go 1.19's `os.ExpandEnv` made of it. */
const goExpansions: readonly (readonly [string, string])[] = [
  ["$FOO", "foo"],
  ["${FOO}", "foo"],
  ["x$FOO-y", "xfoo-y"],
  ["$FOOBAR", ""],
  ["${FOO", "FOO"],
  ["${}", ""],
  ["$", "$"],
  ["a$", "a$"],
  ["$ b", "$ b"],
  ["$$FOO", "FOO"],
  ["p@$$w", "p@w"],
  ["$2a$10$abc", "a0"],
  ["${X:-y}", ""],
  ["$A_1", "a1"],
  ["${A_1}z", "a1z"],
  ["$*x", "x"],
  ["$-x", "x"],
  ["$?", ""],
  ["$#", ""],
  ["$.x", "$.x"],
  ["$é", "$é"],
  ["${ FOO }", ""],
  ["$FOO$FOO", "foofoo"],
  ["$${FOO}", "{FOO}"],
  ["a$}b", "a$}b"],
  ["${{FOO}}", "}"],
  ["$EMPTY|", "|"],
  ["${1}", ""],
  ["${FOO${FOO}", ""],
  ["$@!", "!"],
  ["100%$", "100%$"],
];

function scalar(value: string): ConfigNode {
  return { kind: "scalar", place: { line: 3, column: 5 }, value, source: value };
}

describe("variables (dex-behaviour §1.4)", () => {
  it.each(goExpansions)("in %j are expanded as Go does", (from, to) => {
    expect(expandEnv(from, env)).toBe(to);
  });

  it("leave text without a dollar as it is, and never fail", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const expanded = expandEnv(value, env);
        if (!value.includes("$")) expect(expanded).toBe(value);
      }),
    );
  });

  it("are found in linear time, however many braces are never closed", () => {
    expect(expandEnv("${".repeat(300_000), env)).toBe("");
  });

  it("are expanded in values of maps and lists, but not in keys and not in lists within lists", () => {
    const place = { line: 1, column: 1 };
    const inner: ConfigNode = { kind: "list", place, items: [scalar("$FOO")] };
    const list: ConfigNode = { kind: "list", place, items: [scalar("$FOO"), inner] };
    const map: ConfigNode = { kind: "map", place, entries: [{ key: "$FOO", place, value: list }] };
    const text = JSON.stringify(expandNode(map, env, () => {}));
    expect([text.includes('"key":"$FOO"'), text.match(/"value":"foo"/g), text.match(/"value":"\$FOO"/g)]).toEqual([
      true,
      ['"value":"foo"'],
      ['"value":"$FOO"'],
    ]);
  });

  it("that are not set are reported with their place; empty ones are set", () => {
    const places: unknown[] = [];
    for (const value of ["$NOPE", "a${NOPE}b", "p@$$w", "$EMPTY", "$FOO", "5 $"]) {
      expandNode(scalar(value), env, (place) => places.push(place));
    }
    expect(places).toEqual(Array.from({ length: 3 }, () => ({ line: 3, column: 5 })));
  });

  it("are suspected where a name follows the dollar, and told by name where they are nothing else", () => {
    expect(["$FOO", "x${FOO}y", "https://$HOST/cb"].map(findVariable)).toEqual([
      { name: "$FOO", isSure: true },
      { name: "${FOO}", isSure: true },
      { name: "$HOST", isSure: false },
    ]);
    const others = ["$", "5$", "$5", "a$ b", "${", "${}", "$$", "costs 5$"];
    expect(others.map(findVariable).filter((found) => found !== undefined)).toEqual([]);
  });
});

describe("the switch DEX_EXPAND_ENV, as Go's ParseBool reads it", () => {
  it.each(["0", "f", "F", "FALSE", "false", "False"])("%j is off", (value) => {
    expect(isExpansionOn({ DEX_EXPAND_ENV: value })).toBe(false);
  });

  it.each([undefined, "", "1", "true", "no", "fALSE"])("%j is on", (value) => {
    expect(isExpansionOn({ DEX_EXPAND_ENV: value })).toBe(true);
  });
});
