import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ConfigFlags, loadConfig } from "../../src/config/load-config.js";
import type { Problem } from "../../src/config/problem.js";

// Configurations as people publish them, with invented names. Comments in the files say what is expected of each:
//   # expect: SEVERITY LINE TEXT      # flags: name=value ...      # env: NAME=value ...
const folder = "test/config/published";

interface Expectation {
  readonly severity: string;
  readonly line: number;
  readonly text: string;
}

function readExpectations(text: string): readonly Expectation[] {
  return [...text.matchAll(/# expect: (error|warning) (\d+) (.+?)\r?$/gm)].map(
    ([, severity = "", line, words = ""]) => ({
      severity,
      line: Number(line),
      text: words,
    }),
  );
}

function readPairs(text: string, label: string): Record<string, string> {
  const [, pairs = ""] = new RegExp(`# ${label}: (.+?)\\r?$`, "m").exec(text) ?? [];
  return Object.fromEntries(
    pairs
      .split(" ")
      .filter(Boolean)
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

async function load(file: string) {
  const text = readFileSync(file, "utf8");
  const flags: ConfigFlags = readPairs(text, "flags");
  const result = await loadConfig({ file, flags, env: readPairs(text, "env") });
  return { ...result, expected: readExpectations(text) };
}

function isTold(problems: readonly Problem[], { severity, line, text }: Expectation): boolean {
  return problems.some((problem) => {
    const words =
      problem.suggestion === undefined ? problem.message : `${problem.message} did you mean "${problem.suggestion}"`;
    return problem.severity === severity && problem.line === line && words.includes(text);
  });
}

function listFiles(kind: string): readonly string[] {
  return readdirSync(join(folder, kind)).map((name) => join(folder, kind, name));
}

describe("Dex configurations as people publish them start unchanged", () => {
  it("are at least twenty", () => {
    expect(listFiles("accepted").length).toBeGreaterThanOrEqual(20);
  });

  it.each(listFiles("accepted"))("%s", async (file) => {
    const { config, problems, expected } = await load(file);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(config).toBeDefined();
    expect(expected.filter((each) => !isTold(problems, each))).toEqual([]);
    const unexpected = problems.filter((problem) => !expected.some((each) => isTold([problem], each)));
    expect(unexpected.filter(({ message }) => !/^response type|^frontend/.test(message))).toEqual([]);
  });
});

describe("what cannot be used is refused, with the reason and the line", () => {
  it.each(listFiles("refused"))("%s", async (file) => {
    const { config, problems, expected } = await load(file);
    expect(config).toBeUndefined();
    expect(expected.length).toBeGreaterThan(0);
    expect({ missing: expected.filter((each) => !isTold(problems, each)), problems }).toMatchObject({ missing: [] });
  });
});
