import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const build = resolve(import.meta.dirname, "../../src");

// In small, so that the soak runs of record (docs/soak.md) do not rot between two of them.
describe("the soak runs, each for a moment", () => {
  it.each([
    ["anonymous-auth", "--requests", "300"],
    ["hostile", "--requests", "600", "--slow", "0"],
    ["refresh-storm", "--users", "4", "--seconds", "1"],
  ])(
    "%s passes",
    async (...args) => {
      const { stdout } = await run(process.execPath, ["soak/run.mjs", ...args, "--build", build]);
      expect(stdout).toContain("**Verdict: passed**");
    },
    240_000,
  );
});
