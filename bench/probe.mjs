// Loaded into the measured process (`node --import`): answers its parent with what only the process itself knows.
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on("message", (message) => {
  if (message === "reset") delay.reset();
  else if (message !== "read") return;
  const { user, system } = process.cpuUsage();
  process.send({
    cpuMs: (user + system) / 1_000,
    loopDelayP99Ms: delay.percentile(99) / 1e6 - 1,
    rssMiB: process.memoryUsage.rss() / 1_048_576,
  });
});
process.channel?.unref();
