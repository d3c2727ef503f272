import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "../support/temp-folder.js";

const readme = readFileSync("README.md", "utf8");

describe("the README", () => {
  it.each(["Run", "Test"])("has one command in a fenced block under %s", (heading) => {
    expect(commandsUnder(heading)).toHaveLength(1);
  });

  it("names the test command that .ci/run calls to the letter", () => {
    const lines = readFileSync(".ci/run", "utf8").split("\n");
    expect(lines.map((line) => line.trim())).toContain(commandsUnder("Test")[0]);
  });
});

describe("npm test", () => {
  it("fails with a count where the tests do not compile", () => {
    const build = join(createTempFolder(), "build");
    const env = { ...process.env, TEST_BUILD: build, PATH: "" };
    // A folder without node_modules has no compiler.
    const script = join(process.cwd(), "scripts/test.mjs");
    const { status, stdout } = spawnSync(process.execPath, [script], {
      cwd: createTempFolder(),
      env,
      encoding: "utf8",
    });
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
    expect(status).toBe(1);
  });
});

describe("LICENSE", () => {
  it("is the Apache License 2.0, as package.json says", () => {
    expect(readFileSync("LICENSE", "utf8")).toMatch(/^\s*Apache License\n\s*Version 2\.0, January 2004\n/);
    expect(readFileSync("package.json", "utf8")).toContain('"license": "Apache-2.0"');
  });
});

function commandsUnder(heading: string): readonly string[] {
  const section = readme.split("\n## ").find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const block = section.split("```")[1] ?? "";
  return block
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");
}
