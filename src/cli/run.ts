import { readVersion } from "../config/read-version.js";
import { type CommandLine, parseCommandLine, UsageError } from "./command-line.js";
import type { CliIo } from "./io.js";
import { usage } from "./usage.js";

/** Exit codes of every command; `docs/command-line.md` documents them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Runs one command. Every error ends as one message on stderr and an exit code. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  // Nothing else may be there to wait for, while a connector opens or tries again: Node.js would end without a word.
  const alive = setInterval(() => undefined, 60_000);
  try {
    return await runCommand(parseCommandLine(args), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`latchkey: ${error.message}\n\n${usage}`);
      return exitCodes.usage;
    }
    io.stderr.write(`latchkey: ${error instanceof Error ? error.message : String(error)}\n`);
    return exitCodes.failed;
  } finally {
    clearInterval(alive);
  }
}

/** Each command loads what it needs. */
async function runCommand(line: CommandLine, io: CliIo): Promise<number> {
  switch (line.command) {
    case "serve":
      return (await import("./serve.js")).runServe(line, io);
    case "check":
      return (await import("./check.js")).runCheck(line, io);
    case "hash-password":
      return (await import("./hash-password.js")).runHashPassword({ cost: line.cost }, io);
    case "version":
      io.stdout.write(
        `latchkey ${await readVersion()} (Node.js ${process.versions.node}, ${process.platform} ${process.arch})\n`,
      );
      return exitCodes.ok;
    case "help":
      (line.asked ? io.stdout : io.stderr).write(usage);
      return line.asked ? exitCodes.ok : exitCodes.usage;
  }
}
