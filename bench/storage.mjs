// Read and replace of rows of 700 bytes, 64 at a time, on a new SQLite file. Needs
// `npm run build:test`. Usage: node bench/storage.mjs [ROWS] [SECONDS]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

const [rows = "100000", seconds = "10"] = process.argv.slice(2);
const { openSqlite } = await import(resolve(".build/src/storage/drivers/sqlite/driver.js"));
const atOnce = 64;
const rowCount = Number(rows);
const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
const file = join(folder, "bench.db");
const keyOf = (index) => Buffer.from(`${index}`.padStart(32, "k")).toString("base64url");
const random = createRandom(7);

try {
  const driver = await openSqlite({ file });
  await fill(driver);
  await measure(driver, 2_000);
  print(await measure(driver, Number(seconds) * 1_000));
  await driver.close();
} finally {
  rmSync(folder, { recursive: true });
}

async function fill(driver) {
  const expiresAt = Date.now() + 90 * 86_400_000;
  for (let start = 0; start < rowCount; start += 5_000) {
    const block = Array.from({ length: Math.min(5_000, rowCount - start) }, (_, i) =>
      driver.insert({
        kind: "bench",
        key: keyOf(start + i),
        value: createValue(0),
        expiresAt,
        indexes: [`person ${start + i}`],
      }),
    );
    await Promise.all(block);
  }
}

async function measure(driver, forMs) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const latencies = [];
  let lost = 0;
  let walBytes = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + forMs;
  const sampler = setInterval(() => {
    walBytes = Math.max(walBytes, statSync(`${file}-wal`).size);
  }, 100);
  delay.enable();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let now = performance.now(); now < endsAt; ) {
        const key = keyOf(Math.floor(random() * rowCount));
        const row = await driver.get("bench", key);
        if (!(await driver.replace({ kind: "bench", key, value: createValue(row.version) }, row.version))) lost += 1;
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    }),
  );
  delay.disable();
  clearInterval(sampler);
  const { user, system } = process.cpuUsage(cpu);
  return { latencies, lost, walBytes, delay, cpuUs: user + system, elapsedMs: performance.now() - startedAt };
}

function print({ latencies, lost, walBytes, delay, cpuUs, elapsedMs }) {
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.floor(latencies.length * share)].toFixed(2);
  console.log(`rows ${rowCount}, ${atOnce} at once, ${(elapsedMs / 1_000).toFixed(1)} s`);
  console.log(`ops/s          ${Math.round((latencies.length / elapsedMs) * 1_000)}  (lost swaps ${lost})`);
  console.log(`latency ms     p50 ${percentile(0.5)}  p99 ${percentile(0.99)}  max ${percentile(0.999_999)}`);
  console.log(`loop delay ms  p99 ${(delay.percentile(99) / 1e6).toFixed(2)}  max ${(delay.max / 1e6).toFixed(2)}`);
  console.log(`CPU µs per op  ${(cpuUs / latencies.length).toFixed(1)}`);
  console.log(`log, largest   ${(walBytes / 1_048_576).toFixed(1)} MiB`);
}

function createValue(version) {
  return JSON.stringify({ version, filler: "x".repeat(670) });
}

function createRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
