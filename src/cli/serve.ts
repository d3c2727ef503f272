import { loadConfig } from "../config/load-config.js";
import { formatProblem } from "../config/problem.js";
import { startServer } from "../server/start-server.js";
import type { ConfigCommand } from "./command-line.js";
import type { CliIo } from "./io.js";

/** Node's own pool size where UV_THREADPOOL_SIZE is not set. */
const defaultPoolSize = 4;

/** Starts the server and resolves with the exit code when a signal has stopped it. A second signal ends the process at once. */
export async function runServe({ file, flags, mode }: ConfigCommand, io: CliIo): Promise<number> {
  const { config, problems } = await loadConfig({ file, flags, env: io.env, ...(mode !== undefined && { mode }) });
  for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
  if (config === undefined) {
    io.stderr.write(`latchkey: ${file} can't be used\n`);
    return 1;
  }
  // The database holds what signs tokens: whatever this process creates is for its own user alone.
  process.umask(0o077);
  const server = await startServer({ config, threadPoolSize: Number(io.env["UV_THREADPOOL_SIZE"]) || defaultPoolSize });
  await waitForSignal();
  await server.stop();
  return 0;
}

function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    function stop(): void {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    }
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
