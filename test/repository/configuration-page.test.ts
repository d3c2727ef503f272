import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

describe("docs/configuration.md", () => {
  it("is what the schema says", () => {
    const build = process.env.TEST_BUILD ?? ".build";
    const { status, stderr } = spawnSync(process.execPath, ["scripts/config-reference.mjs", `${build}/src`, "--check"]);
    expect([status, stderr.toString()]).toEqual([0, ""]);
  });
});
