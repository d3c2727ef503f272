import { loadConfig } from "../config/load-config.js";
import { formatProblem } from "../config/problem.js";
import type { ConfigCommand } from "./command-line.js";
import type { CliIo } from "./io.js";

/** Prints every problem of a configuration file. Resolves with 1 when one is an error, else with 0. */
export async function runCheck({ file, flags, mode }: ConfigCommand, io: CliIo): Promise<number> {
  const { config, problems } = await loadConfig({ file, flags, env: io.env, ...(mode !== undefined && { mode }) });
  for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  io.stdout.write(`${file}: ${count(errors, "error")}, ${count(problems.length - errors, "warning")}\n`);
  return config === undefined ? 1 : 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
