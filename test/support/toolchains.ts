import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";
import { z } from "zod";
import { mustRunAll } from "./parts.js";

const Toolchain = z.object({
  name: z.enum(["go", "python", "java", "apache"]),
  /** `missing`: not installed, or too old. `failed`: there, but its libraries could not be fetched or compiled. */
  state: z.enum(["ready", "missing", "failed"]),
  version: z.string(),
  /** The relying party, as command and arguments. */
  program: z.array(z.string()).readonly(),
  reason: z.string().optional(),
  hint: z.string().optional(),
});
export type Toolchain = z.infer<typeof Toolchain>;

/** What scripts/interop-toolchains.mjs has found; one that nobody has looked for is missing. */
export function findToolchain(name: Toolchain["name"]): Toolchain {
  const file = join(resolve(process.env["LATCHKEY_INTEROP_DIR"] ?? ".build-interop"), "toolchains.json");
  const found = existsSync(file) ? z.array(Toolchain).parse(JSON.parse(readFileSync(file, "utf8"))) : [];
  return (
    found.find((toolchain) => toolchain.name === name) ?? {
      name,
      state: "missing",
      version: "",
      program: [],
      reason: "nobody has looked for it",
      hint: "npm run interop:prepare",
    }
  );
}

/**
 * Toolchains that this machine cannot have, by the word of whoever has tried to install them (.ci/run): a list of names
 * in LATCHKEY_NOT_TO_BE_HAD. Only these may be missing where nothing may be skipped.
 */
export function isExcused(name: string): boolean {
  return (process.env["LATCHKEY_NOT_TO_BE_HAD"] ?? "").split(" ").includes(name);
}

/**
 * `describe` for a relying party that needs a toolchain: skipped where it is not ready, and a failure of the whole file
 * where nothing may be skipped.
 */
export function describeWithToolchain(
  name: Toolchain["name"],
  title: string,
  body: (toolchain: Toolchain) => void,
): void {
  const toolchain = findToolchain(name);
  const isReady = toolchain.state === "ready";
  if (!isReady && mustRunAll() && !isExcused(name))
    throw new Error(`${name} is ${toolchain.state}: ${toolchain.reason}. Needed: ${toolchain.hint}`);
  describe.skipIf(!isReady)(title, () => body(toolchain));
}
