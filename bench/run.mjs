// `npm run bench`: refresh, code exchange and discovery against a real server with a SQLite file, beside the signature
// rate of the same machine in the same run. Prints a table; see docs/benchmarks.md.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createCaller, percentile, runLoad } from "./load.mjs";
import { measureSignatures, readCpuSeconds, readMemoryMiB } from "./machine.mjs";

const algorithms = (process.env.BENCH_ALGORITHMS ?? "RS256,ES256,EdDSA").split(",");
const connections = Number(process.env.BENCH_CONNECTIONS ?? 64);
const seconds = Number(process.env.BENCH_SECONDS ?? 6);
/** Many, so that no family is refreshed more often than real ones are within a reuse interval. */
const families = Number(process.env.BENCH_FAMILIES ?? 4_000);
/** Connectors, each with one person: no person has more families than the default limit. */
const people = 200;
const secret = "bench-secret-0123456789";
const redirectUri = "https://client.example/callback";

const rows = [];
let logins = 0;
console.log(
  `Node.js ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), ${connections} connections`,
);
for (const algorithm of algorithms) await benchAlgorithm(algorithm);
console.table(Object.fromEntries(rows));

async function benchAlgorithm(algorithm) {
  const bound = await measureSignatures(algorithm);
  rows.push([`${algorithm} signatures alone`, row(bound.perSecond, bound.cpuSecondsPer1000, [])]);
  const server = await startServer(algorithm);
  try {
    const caller = createCaller(server.origin);
    const tokens = [];
    await runLoad({
      connections: 8,
      seconds: 600,
      work: async () => {
        if (tokens.length >= families) return false;
        tokens.push((await exchange(caller, await obtainCode(caller))).refresh_token);
      },
    });
    await measure(
      `${algorithm} refresh`,
      server,
      (worker, round) => refresh(caller, tokens, (worker + round * connections) % tokens.length),
      bound,
    );
    const codes = [];
    for (let i = 0; i < Math.min(3_000, seconds * 600); i++) codes.push(await obtainCode(caller));
    await measure(
      `${algorithm} code exchange`,
      server,
      async () => {
        const code = codes.pop();
        return code === undefined ? false : exchange(caller, code);
      },
      bound,
    );
    await measure(`${algorithm} discovery`, server, () =>
      expectOk(caller.call({ path: "/dex/.well-known/openid-configuration" })),
    );
    rows.push([
      `${algorithm} memory after load (MiB)`,
      {
        "requests/s": "",
        "CPU s/1000": "",
        "p50 ms": "",
        "p99 ms": "",
        "share of bound": readMemoryMiB(server.pid).toFixed(0),
      },
    ]);
    caller.agent.destroy();
  } finally {
    await server.stop();
  }
}

async function measure(name, server, work, bound) {
  const cpuFrom = readCpuSeconds(server.pid);
  const { latencies, wallSeconds } = await runLoad({ connections, seconds, work });
  const perSecond = latencies.length / wallSeconds;
  const cpu = ((readCpuSeconds(server.pid) - cpuFrom) / latencies.length) * 1_000;
  // Two signatures an answer: the bound in CPU time does not depend on who else uses the cores.
  rows.push([name, row(perSecond, cpu, latencies, bound && (2 * bound.cpuSecondsPer1000) / cpu)]);
}

function row(perSecond, cpu, latencies, share) {
  return {
    "requests/s": Math.round(perSecond),
    "CPU s/1000": cpu.toFixed(3),
    "p50 ms": latencies.length === 0 ? "" : percentile(latencies, 0.5).toFixed(1),
    "p99 ms": latencies.length === 0 ? "" : percentile(latencies, 0.99).toFixed(1),
    "share of bound": share === undefined ? "" : `${Math.round(share * 100)} %`,
  };
}

async function obtainCode(caller) {
  const connector = `mock${logins++ % people}`;
  const query = new URLSearchParams({
    client_id: "bench",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid email profile groups offline_access",
    state: "s",
    nonce: "n",
    connector_id: connector,
  });
  let path = `/dex/auth?${query}`;
  let cookie = "";
  for (let hop = 0; hop < 8; hop++) {
    const { headers } = await caller.call({ path, headers: cookie === "" ? {} : { cookie } });
    if (headers["set-cookie"] !== undefined)
      cookie = headers["set-cookie"].map((line) => line.split(";")[0]).join("; ");
    const next = new URL(headers.location, caller.origin ?? "http://127.0.0.1");
    if (next.origin === new URL(redirectUri).origin) return next.searchParams.get("code");
    path = `${next.pathname}${next.search}`;
  }
  throw new Error("no code after eight hops");
}

async function exchange(caller, code) {
  return post(caller, { grant_type: "authorization_code", code, redirect_uri: redirectUri });
}

// A family is used by one worker at a time only where workers do not meet on it; a superseded token is answered as well.
async function refresh(caller, tokens, family) {
  const answer = await post(caller, { grant_type: "refresh_token", refresh_token: tokens[family] });
  tokens[family] = answer.refresh_token;
  return true;
}

async function post(caller, form) {
  const body = new URLSearchParams(form).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
    authorization: `Basic ${Buffer.from(`bench:${secret}`).toString("base64")}`,
  };
  return JSON.parse((await expectOk(caller.call({ path: "/dex/token", method: "POST", headers, body }))).body);
}

async function expectOk(answer) {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`status ${status}: ${body.slice(0, 200)}`);
  return { body };
}

async function startServer(algorithm) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const port = await findFreePort();
  const file = join(folder, "config.yaml");
  writeFileSync(
    file,
    `issuer: http://127.0.0.1:${port}/dex
web: { http: "127.0.0.1:${port}" }
storage: { type: sqlite3, config: { file: "${folder}/latchkey.db" } }
signer: { type: local, config: { algorithm: ${algorithm}, keysRotationPeriod: 24h } }
oauth2: { skipApprovalScreen: true }
connectors: [${Array.from({ length: people }, (_, person) => `{ type: mockCallback, id: mock${person}, name: Mock }`).join(", ")}]
staticClients: [{ id: bench, name: Bench, secret: ${secret}, redirectURIs: ["${redirectUri}"] }]
logger: { level: info, format: json }
`,
  );
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism() + 3)) };
  const child = spawn(process.execPath, ["dist/main.js", "serve", file], {
    stdio: ["ignore", "ignore", "ignore"],
    env,
  });
  const origin = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(`${origin}/dex/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (tries > 100 || child.exitCode !== null) throw new Error("the server did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin,
    pid: child.pid,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findFreePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
