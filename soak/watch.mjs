// Watches a process from outside while it works: resident memory and open files, and whether they grow.
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Only Linux tells; elsewhere both count as 0. */
const canLook = existsSync("/proc/self/status");

const marginMiB = 24;
const marginShare = 0.15;
/** A shorter run shows how the heap fills up, not whether it goes on growing. */
const fewestToJudge = 50_000;

/** Samples once a second. `progress` is how much is done, in the unit of the part. */
export function watchProcess(pid, progress) {
  const samples = [];
  function take() {
    // A process that has ended has no figures; its end is told by whoever started it.
    if (canLook && !existsSync(`/proc/${pid}/fd`)) return;
    samples.push({ done: progress(), rss: readRssMiB(pid), fds: countFiles(pid) });
  }
  take();
  const timer = setInterval(take, 1_000);
  return {
    samples,
    stop() {
      clearInterval(timer);
      take();
    },
  };
}

function readRssMiB(pid) {
  if (!canLook) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
}

export function countFiles(pid) {
  return canLook ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/**
 * Flat: the median of the last quarter is no more than a margin above that of the second quarter. The first quarter is
 * left out: heap, caches and the database's page cache fill up in it.
 */
export function judgeGrowth(samples) {
  const end = samples.at(-1)?.done ?? 0;
  const inQuarter = (quarter) =>
    samples.filter(({ done }) => done >= (end * (quarter - 1)) / 4 && done <= (end * quarter) / 4);
  const memory = [2, 4].map((quarter) => median(inQuarter(quarter).map(({ rss }) => rss)));
  const files = [2, 4].map((quarter) => median(inQuarter(quarter).map(({ fds }) => fds)));
  const allowed = memory[0] + Math.max(marginMiB, memory[0] * marginShare);
  const isLong = end >= fewestToJudge;
  return {
    facts: [
      [
        "RSS, median of second and last quarter (MiB)",
        `${memory.map(Math.round).join(", ")}; ${isLong ? `at most ${Math.round(allowed)} allowed` : "too few requests to judge"}`,
      ],
      ["open files, median of second and last quarter", files.join(", ")],
    ],
    failures: [
      ...(isLong && memory[1] > allowed
        ? [`memory grew from ${Math.round(memory[0])} to ${Math.round(memory[1])} MiB`]
        : []),
      ...(isLong && files[1] > files[0] + 16 ? [`open files grew from ${files[0]} to ${files[1]}`] : []),
    ],
  };
}

/** Twenty samples of a run as a table. */
export function formatSamples(samples, unit) {
  const step = Math.max(1, Math.floor(samples.length / 20));
  const chosen = samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
  return [[unit, "RSS MiB", "open files"], ...chosen.map(({ done, rss, fds }) => [done, rss.toFixed(0), fds])];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
