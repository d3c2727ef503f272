// `npm run bench`: everything that docs/benchmarks.md tells of, beside the machine's own limits and a peer in the same
// run. Writes bench/results/<name>.md and .json. `--quick` measures each thing for a second and fills less.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findFreePort, pinSelf, startChild } from "./child.mjs";
import { fillFamilies } from "./fill.mjs";
import { createDeployment, createFamilies, logIn, passwordHash } from "./latchkey.mjs";
import { basic, post, requireOk, runLoad } from "./load.mjs";
import { describeMachine, measureBcrypt, measureCommits, measureSignatures } from "./machine.mjs";
import { measure } from "./measure.mjs";
import { renderReport } from "./report.mjs";
import { measureAll, measureDocument, measureExchange, measurePasswordLogin, measureRefresh } from "./suite.mjs";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    name: { type: "string" },
    families: { type: "string" },
  },
});
const seconds = flags.quick ? 1 : 4;
const families = Number(flags.families ?? (flags.quick ? 10_000 : 1_000_000));
/** Many, so that no family is refreshed more often than real ones are within a reuse interval. */
const liveFamilies = flags.quick ? 500 : 3_000;
const algorithms = ["RS256", "ES256", "EdDSA"];
const serverCore = "0";
const generatorCore = "1";

const result = { machine: describeMachine(), settings: { seconds, families, liveFamilies }, limits: {}, runs: [] };
const parts = { limits, starts, algorithmRows, connectionCounts, slowDisk, twoProcesses, flood, peer };

for (const [name, run] of Object.entries(parts)) {
  if (flags.only !== undefined && !flags.only.split(",").includes(name)) continue;
  console.log(`-- ${name} (${new Date().toISOString().slice(11, 19)})`);
  await run();
}
pinSelf();
const text = renderReport(result);
console.log(text);
const folder = resolve("bench/results");
mkdirSync(folder, { recursive: true });
const name = flags.name ?? result.machine.date.slice(0, 10);
writeFileSync(join(folder, `${name}.md`), text);
writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
process.exit(0);

function note(part, row, figures) {
  result.runs.push({ part, row, ...figures });
  console.log(
    `${part} | ${row} | ${Math.round(figures.perSecond)}/s, ${figures.cpuMsPer1000.toFixed(0)} ms CPU per 1,000`,
  );
}

async function limits() {
  const scratch = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  for (const algorithm of algorithms) result.limits[algorithm] = await measureSignatures(algorithm, seconds / 2);
  result.limits.commits = measureCommits(scratch, seconds / 2);
  result.limits.bcrypt = await measureBcrypt(passwordHash, seconds);
  rmSync(scratch, { recursive: true });
  const port = await findFreePort();
  const bare = await startChild({
    args: [resolve("bench/machine.mjs"), String(port)],
    port,
    path: "/",
    cores: serverCore,
  });
  pinSelf(generatorCore);
  result.limits.bareHttp = await measureDocument([bare], "/", { connections: 64, seconds });
  await bare.stop("SIGKILL");
  pinSelf();
}

/** Start-up to the first answer and idle memory, without the probe, five times each. */
async function starts() {
  const deployment = await createDeployment("RS256", 1);
  const times = [];
  let memory;
  for (let round = 0; round < 6; round++) {
    const server = await deployment.start({ isProbed: false });
    // The first start makes the keys.
    if (round > 0) times.push(server.readyMs);
    await new Promise((done) => setTimeout(done, 500));
    memory = readMemory(server.pid);
    await server.stop();
  }
  times.sort((a, b) => a - b);
  result.start = { readyMs: times[2], ...memory };
  deployment.remove();
}

/** Refresh and code exchange per algorithm: server on one core, generator on the other; then both over both cores. */
async function algorithmRows() {
  for (const algorithm of algorithms) {
    const deployment = await createDeployment(algorithm);
    for (const cores of [serverCore, undefined]) {
      const part = cores === undefined ? "algorithms, both cores" : "algorithms, one core";
      pinSelf(cores === undefined ? undefined : generatorCore);
      const server = await deployment.start({ cores });
      await createFamilies(server.port, deployment.tokens, liveFamilies);
      const options = { connections: 64, seconds };
      note(part, `${algorithm} refresh`, await measureRefresh([server], deployment.tokens, options));
      note(
        part,
        `${algorithm} code exchange`,
        await measureExchange([server], { connections: 64, count: 250 * seconds }),
      );
      await server.stop();
    }
    deployment.remove();
  }
  pinSelf();
}

/** Every hot path at 1, 16, 64 and 256 connections: on an empty database, and with many families in it. */
async function connectionCounts() {
  const deployment = await createDeployment("ES256");
  pinSelf(generatorCore);
  for (const filled of [0, families]) {
    if (filled > 0) fillFamilies(deployment.file, filled);
    const server = await deployment.start({ cores: serverCore });
    await createFamilies(server.port, deployment.tokens, liveFamilies);
    for (const connections of [1, 16, 64, 256]) {
      const rows = await measureAll([server], deployment.tokens, { connections, seconds: Math.ceil(seconds / 2) });
      for (const [row, figures] of Object.entries(rows)) note(`${filled} families`, row, figures);
    }
    await server.stop();
  }
  pinSelf();
  deployment.remove();
}

/** 5 ms more for every sync. */
async function slowDisk() {
  const deployment = await createDeployment("RS256");
  const library = join(deployment.folder, "slow-sync.so");
  const compiled = spawnSync("gcc", ["-shared", "-fPIC", "-o", library, "bench/slow-sync.c", "-ldl"], {
    stdio: "inherit",
  });
  if (compiled.status !== 0) throw new Error("gcc is needed for the slow disk");
  const server = await deployment.start({ env: { LD_PRELOAD: library } });
  await createFamilies(server.port, deployment.tokens, Math.min(liveFamilies, 1_000));
  note(
    "syncs 5 ms slower",
    "RS256 refresh",
    await measureRefresh([server], deployment.tokens, { connections: 64, seconds }),
  );
  await server.stop();
  deployment.remove();
}

async function twoProcesses() {
  const deployment = await createDeployment("ES256");
  const servers = [await deployment.start(), await deployment.start()];
  await createFamilies(servers[0].port, deployment.tokens, liveFamilies);
  note(
    "two processes, one file",
    "ES256 refresh",
    await measureRefresh(servers, deployment.tokens, { connections: 64, seconds }),
  );
  for (const server of servers) await server.stop();
  deployment.remove();
}

/** Password logins alone; then refreshes alone and beside a flood of password logins. */
async function flood() {
  const deployment = await createDeployment("RS256");
  const server = await deployment.start();
  await createFamilies(server.port, deployment.tokens, Math.min(liveFamilies, 1_000));
  const options = { connections: 16, seconds: 2 * seconds };
  note(
    "logins with a password",
    "alone",
    await measurePasswordLogin([server], { connections: 4, seconds: 2 * seconds }),
  );
  note("login flood", "refresh alone", await measureRefresh([server], deployment.tokens, options));
  const flooding = runLoad({
    ports: [server.port],
    connections: 32,
    seconds: options.seconds + 2,
    work: (connection) => logIn(connection).catch(() => undefined),
  });
  note("login flood", "refresh beside 32 logins", await measureRefresh([server], deployment.tokens, options));
  await flooding;
  await server.stop();
  deployment.remove();
}

/** oidc-provider beside us, 16 connections, both over both cores. */
async function peer() {
  for (const algorithm of algorithms) {
    const deployment = await createDeployment(algorithm);
    const server = await deployment.start();
    await createFamilies(server.port, deployment.tokens, 500);
    note(
      "beside a peer",
      `Latchkey ${algorithm}`,
      await measureRefresh([server], deployment.tokens, { connections: 16, seconds }),
    );
    await server.stop();
    const port = await findFreePort();
    const args = [resolve("bench/peer-server.mjs"), String(port), join(deployment.folder, "peer.db"), algorithm, "500"];
    const other = await startChild({ args, port, path: "/.well-known/openid-configuration" });
    const tokens = await other.ask("tokens");
    note("beside a peer", `oidc-provider ${algorithm}`, await measurePeer(other, tokens));
    await other.stop("SIGKILL");
    deployment.remove();
  }
}

function measurePeer(server, tokens) {
  const authorization = basic("bench", "bench-secret-0123456789");
  return measure([server], {
    connections: 16,
    seconds,
    work: async (connection, worker, round) => {
      const family = (worker + round * 16) % tokens.length;
      const form = { grant_type: "refresh_token", refresh_token: tokens[family] };
      const answer = requireOk(await connection.send(post("/token", form, authorization)));
      tokens[family] = JSON.parse(answer.body).refresh_token;
    },
  });
}

/** Resident memory in MiB, and the part of it that is not pages of files (of Node.js itself, nearly all). */
function readMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { idleMiB: read("VmRSS"), idleOwnMiB: read("RssAnon") };
}
