import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface ScriptResult {
  readonly status: number | null;
  readonly output: string;
}

/** Runs `scripts/NAME` of this repository, which tests are started from. */
export function runScript(name: string, ...args: readonly string[]): ScriptResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("scripts", name), ...args], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

/** Writes files, given as path to text, under a folder. */
export function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
