import { type LoadResult, loadConfig } from "../config/load-config.js";
import { formatAt, formatProblem } from "../config/problem.js";
import type { CheckCommand } from "./command-line.js";
import type { CliIo } from "./io.js";

/** For all connectors together. */
const onlineLimitMs = 30_000;

/** Prints every problem of a configuration file. Resolves with 1 when one is an error, else with 0. */
export async function runCheck({ file, flags, mode, online = false }: CheckCommand, io: CliIo): Promise<number> {
  const loaded = await loadConfig({ file, flags, env: io.env, ...(mode !== undefined && { mode }) });
  for (const problem of loaded.problems) io.stderr.write(`${formatProblem(problem)}\n`);
  const severities: string[] = loaded.problems.map(({ severity }) => severity);
  if (online) severities.push(...(await tryConnectors(file, loaded, io)));
  const errors = severities.filter((severity) => severity === "error").length;
  const warnings = severities.filter((severity) => severity === "warning").length;
  io.stdout.write(`${file}: ${count(errors, "error")}, ${count(warnings, "warning")}\n`);
  return errors > 0 || loaded.config === undefined ? 1 : 0;
}

/** What is right goes to stdout, what is not to stderr, each with the place of the connector or of the setting. */
async function tryConnectors(file: string, { config, placeOf }: LoadResult, io: CliIo): Promise<readonly string[]> {
  if (config === undefined) {
    io.stderr.write(`latchkey: no connector was tried: ${file} can't be used\n`);
    return [];
  }
  const { checkOnline } = await import("../server/commands/check-online.js");
  const findings = await checkOnline({ connectors: config.connectors, limitMs: onlineLimitMs });
  for (const { connector, severity, message, key } of findings) {
    const place = placeOf(key === undefined ? connector.path : `${connector.path}.config.${key}`);
    const line = formatAt(file, place, `${severity}: connector ${connector.id}: ${message}`);
    (severity === "ok" ? io.stdout : io.stderr).write(`${line}\n`);
  }
  return findings.map(({ severity }) => severity);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
