// Real server processes on one SQLite file in a folder of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findFreePort, readThreadPoolSize } from "../bench/child.mjs";

/** Whatever ends a soak run ends its servers. */
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** `createConfig(issuer, address, file)` gives the YAML. The build's folder holds `main.js`. */
export async function createStand({ build, createConfig }) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-soak-"));
  const port = await findFreePort();
  const file = join(folder, "config.yaml");
  const database = join(folder, "latchkey.db");
  const issuer = `http://127.0.0.1:${port}/dex`;
  writeFileSync(file, createConfig({ issuer, address: `127.0.0.1:${port}`, database }));
  return {
    port,
    issuer,
    database,
    start: (startPort = port) => startServer({ build, file, port: startPort }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Starts one process and resolves when it listens. `faults` are the lines of its log that tell of a fault. */
async function startServer({ build, file, port }) {
  const env = { ...process.env, UV_THREADPOOL_SIZE: readThreadPoolSize() };
  const args = [resolve(build, "main.js"), "serve", file, "--web-http-addr", `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], env });
  running.add(child);
  const exited = once(child, "exit");
  const faults = [];
  let hasEnded = false;
  exited.then(() => {
    running.delete(child);
    hasEnded = true;
  });
  const listening = new Promise((isUp, reject) => {
    let tail = "";
    child.stderr.on("data", (chunk) => {
      const text = tail + chunk.toString();
      const end = text.lastIndexOf("\n") + 1;
      tail = text.slice(end);
      // One search for the common case: a million lines are read here.
      if (!/"level":"(?:error|fatal)"|"msg":"listening"|^[^{]/m.test(text.slice(0, end))) return;
      for (const line of text.slice(0, end).split("\n")) {
        if (line.includes('"msg":"listening"')) isUp();
        else if (line !== "" && (!line.startsWith("{") || /"level":"(error|fatal)"/.test(line)))
          faults.push(line.slice(0, 2_000));
      }
    });
    exited.then(([code, signal]) => reject(new Error(`the server ended (${code ?? signal}) at its start: ${faults}`)));
  });
  await listening;
  return {
    port,
    pid: child.pid,
    faults,
    hasEnded: () => hasEnded,
    async kill(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

/** Rows by kind, and what SQLite's own check says of the file. */
export async function inspectDatabase({ build, database }) {
  const { Database } = await import(pathToFileURL(resolve(build, "storage/drivers/sqlite/better-sqlite3.js")).href);
  const connection = new Database(database, { readonly: true });
  try {
    const counted = connection.prepare("SELECT kind, count(*) AS count FROM latchkey_records GROUP BY kind").all();
    const rows = Object.fromEntries(counted.map(({ kind, count }) => [kind, count]));
    return { rows, integrity: connection.pragma("integrity_check", { simple: true }) };
  } finally {
    connection.close();
  }
}
