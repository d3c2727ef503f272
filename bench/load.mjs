// A closed-loop load generator: `connections` requests are always under way, each worker waits for its own answer.
import { Agent, request } from "node:http";

export function createCaller(origin) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  return {
    agent,
    call({ path, method = "GET", headers = {}, body }) {
      return new Promise((resolve, reject) => {
        const outgoing = request(`${origin}${path}`, { agent, method, headers }, (response) => {
          const chunks = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("end", () => {
            resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
          });
          response.on("error", reject);
        });
        outgoing.on("error", reject);
        outgoing.end(body);
      });
    },
  };
}

/** Runs `work(worker, round)` until `seconds` have passed or it returns false; returns the latencies in ms. */
export async function runLoad({ connections, seconds, work }) {
  const latencies = [];
  const endsAt = performance.now() + seconds * 1_000;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, worker) => {
      for (let round = 0; performance.now() < endsAt; round++) {
        const from = performance.now();
        if ((await work(worker, round)) === false) return;
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { latencies, wallSeconds: (performance.now() - startedAt) / 1_000 };
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
