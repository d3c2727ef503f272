// A measured process: started on chosen cores, asked by its probe, stopped at the end.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** Whatever ends the benchmark ends what it measures. */
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const poolScript = fileURLToPath(new URL("../scripts/thread-pool-size.mjs", import.meta.url));
const probe = fileURLToPath(new URL("./probe.mjs", import.meta.url));

/**
 * Starts `node ARGS` and resolves once `GET path` answers 200 on the port. `cores` is a taskset list, absent for all
 * cores. Resolves with the time from the start to the first answer too.
 */
export async function startChild({ args, port, path, cores, env = {}, isProbed = true }) {
  const node = [...(isProbed ? ["--import", probe] : []), ...args];
  const [command, ...rest] =
    cores === undefined ? [process.execPath, ...node] : ["taskset", "-c", cores, process.execPath, ...node];
  const startedAt = performance.now();
  const child = spawn(command, rest, {
    stdio: ["ignore", "ignore", process.env.BENCH_LOG === undefined ? "ignore" : "inherit", "ipc"],
    env: { ...process.env, LATCHKEY_BENCH: "1", ...env },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  while (!(await isUp(port, path))) {
    if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended with ${child.exitCode}`);
    if (performance.now() - startedAt > 120_000) throw new Error(`${args.join(" ")} did not answer`);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  return {
    port,
    pid: child.pid,
    readyMs: performance.now() - startedAt,
    ask: (message) =>
      new Promise((resolve) => {
        child.once("message", resolve);
        child.send(message);
      }),
    async stop(signal = "SIGTERM") {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await ended;
    },
  };
}

async function isUp(port, path) {
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The value of UV_THREADPOOL_SIZE that the launcher would set on these cores; absent for all of them. */
export function readThreadPoolSize(cores) {
  const pinned = cores === undefined ? [] : ["taskset", "-c", cores];
  const [command, ...args] = [...pinned, process.execPath, poolScript];
  return execFileSync(command, args, { encoding: "utf8" }).trim();
}

export function findFreePort() {
  return new Promise((resolve) => {
    const holder = createServer().listen(0, "127.0.0.1", () => {
      const { port } = holder.address();
      holder.close(() => resolve(port));
    });
  });
}

/** Moves this process, all its threads, to the given cores; without an argument back to all. */
export function pinSelf(cores = `0-${availableParallelism() - 1}`) {
  spawnSync("taskset", ["-a", "-c", "-p", cores, String(process.pid)]);
}
