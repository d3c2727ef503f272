import { loadConfig } from "../config/load-config.js";
import { formatProblem } from "../config/problem.js";
import { startServer } from "../server/start-server.js";
import type { ConfigCommand } from "./command-line.js";
import type { CliIo } from "./io.js";

/** Node's own pool size where UV_THREADPOOL_SIZE is not set. */
const defaultPoolSize = 4;

/** Starts the server and resolves with the exit code when a signal has stopped it. A second signal ends the process at once. */
export async function runServe({ file, flags, mode }: ConfigCommand, io: CliIo): Promise<number> {
  const signal = awaitSignal();
  try {
    const { config, problems } = await loadConfig({ file, flags, env: io.env, ...(mode !== undefined && { mode }) });
    for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
    if (config === undefined) {
      io.stderr.write(`latchkey: ${file} can't be used\n`);
      return 1;
    }
    // The database holds what signs tokens: whatever this process creates is for its own user alone.
    process.umask(0o077);
    const threadPoolSize = Number(io.env["UV_THREADPOOL_SIZE"]) || defaultPoolSize;
    const server = await startServer({ config, threadPoolSize });
    await signal.received;
    await server.stop();
    return 0;
  } finally {
    signal.forget();
  }
}

/**
 * Listens from now on, so that a signal during the start stops the server as soon as it has started: process 1 of a
 * container would not see it otherwise, because the kernel gives it no signal that it does not wait for.
 */
function awaitSignal(): { readonly received: Promise<void>; readonly forget: () => void } {
  let settle: () => void = () => undefined;
  function stop(): void {
    forget();
    settle();
  }
  function forget(): void {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  const received = new Promise<void>((resolve) => {
    settle = resolve;
  });
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return { received, forget };
}
