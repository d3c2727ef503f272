// The machine's own limits, measured in the same run as the server.
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const payload = Buffer.alloc(700, "x");

/** Signatures per second by the call that the server uses, 16 in flight, nothing else running. */
export async function measureSignatures(algorithm, seconds = 2) {
  const key = createKey(algorithm);
  const hash = algorithm === "EdDSA" ? null : "sha256";
  const endsAt = performance.now() + seconds * 1_000;
  const startedAt = performance.now();
  const cpuFrom = process.cpuUsage();
  let count = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (performance.now() < endsAt) {
        await new Promise((resolve, reject) =>
          sign(hash, payload, key, (error, value) => (error ? reject(error) : resolve(value))),
        );
        count += 1;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpuFrom);
  return {
    perSecond: count / ((performance.now() - startedAt) / 1_000),
    cpuSecondsPer1000: (user + system) / 1_000 / count,
  };
}

/** CPU seconds (user and system, all threads) that a process has used so far. */
export function readCpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory in MiB. */
export function readMemoryMiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
}

function createKey(algorithm) {
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519").privateKey;
  return { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, dsaEncoding: "ieee-p1363" };
}
