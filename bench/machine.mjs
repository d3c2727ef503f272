// The machine's own limits, measured in the same run as the server.
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { verify } from "@node-rs/bcrypt";
import { Database } from "./sqlite.mjs";

/** Signatures by the call that the server uses, 16 in flight: rate, and CPU ms per 1,000. */
export async function measureSignatures(algorithm, seconds = 2) {
  const key = createKey(algorithm);
  const hash = algorithm === "EdDSA" ? null : "sha256";
  const payload = Buffer.alloc(700, "x");
  return measureInFlight(
    16,
    seconds,
    () =>
      new Promise((resolve, reject) => {
        sign(hash, payload, key, (error, value) => (error ? reject(error) : resolve(value)));
      }),
  );
}

/** Password checks alone, as many at once as the server allows. */
export async function measureBcrypt(hash, seconds = 3) {
  const atOnce = Math.max(1, Math.floor(availableParallelism() / 2));
  return measureInFlight(atOnce, seconds, () => verify("password", hash));
}

/** One durable commit per row of 700 bytes, one after another: what grouping has to beat. */
export function measureCommits(folder, seconds = 2) {
  const file = join(folder, "commits.db");
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT) STRICT");
  const insert = database.prepare("INSERT INTO t (v) VALUES (?)");
  const value = "x".repeat(700);
  const cpuFrom = process.cpuUsage();
  const startedAt = performance.now();
  let count = 0;
  for (; performance.now() < startedAt + seconds * 1_000; count++) insert.run(value);
  const result = toRate(count, startedAt, cpuFrom);
  database.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  return result;
}

/** A bare `node:http` server that answers with a buffer of 1,500 bytes; for a process of its own. */
export function serveBare(port) {
  const body = Buffer.alloc(1_500, "x");
  const headers = { "content-type": "application/json", "content-length": body.length, etag: '"x"' };
  createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  }).listen(port, "127.0.0.1");
}

/** What stands at the head of every result. */
export function describeMachine() {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    hasIfma: / avx512ifma /.test(`${flags} `),
    node: process.version,
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
  };
}

async function measureInFlight(atOnce, seconds, work) {
  const cpuFrom = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let count = 0;
  async function run() {
    for (; performance.now() < endsAt; count++) await work();
  }
  await Promise.all(Array.from({ length: atOnce }, run));
  return toRate(count, startedAt, cpuFrom);
}

function toRate(count, startedAt, cpuFrom) {
  const { user, system } = process.cpuUsage(cpuFrom);
  return { perSecond: (count / (performance.now() - startedAt)) * 1_000, cpuMsPer1000: (user + system) / count };
}

function createKey(algorithm) {
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519").privateKey;
  return { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, dsaEncoding: "ieee-p1363" };
}

if (process.argv[1] === new URL(import.meta.url).pathname) serveBare(Number(process.argv[2]));
