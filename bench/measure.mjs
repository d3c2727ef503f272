// One measurement: a load over some connections, and what the measured processes used meanwhile.
import { percentile, runLoad } from "./load.mjs";

/** `servers` share the load. Rates per second, times in ms, CPU in ms per 1,000 requests over all servers together. */
export async function measure(servers, { connections, seconds, work, hasWarmUp = true }) {
  let before = await askAll(servers, "reset");
  const { latencies, wallSeconds } = await runLoad({
    ports: servers.map(({ port }) => port),
    connections,
    seconds,
    warmSeconds: hasWarmUp ? Math.min(1, seconds / 4) : 0,
    work,
    onWarm: async () => {
      before = await askAll(servers, "reset");
    },
  });
  const after = await askAll(servers, "read");
  const used = after.reduce((sum, { cpuMs }, index) => sum + cpuMs - before[index].cpuMs, 0);
  return {
    connections,
    perSecond: latencies.length / wallSeconds,
    cpuMsPer1000: (used / latencies.length) * 1_000,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    loopDelayP99Ms: Math.max(...after.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
    rssMiB: after.reduce((sum, { rssMiB }) => sum + rssMiB, 0),
  };
}

function askAll(servers, message) {
  return Promise.all(servers.map((server) => server.ask(message)));
}
