import { createLogger } from "../../src/telemetry/logger.js";

// Started as a process of its own by the log tests: `log-writer.js <how it ends> <lines>`.
const [ending = "", count = "0"] = process.argv.slice(2);
const logger = createLogger({ level: "info", format: "text", excludeFields: [] });
for (let line = 0; line < Number(count); line++) logger.info({ line, padding: "x".repeat(100) }, "line");
if (ending === "exit") process.exit(3);
if (ending === "throw") throw new Error("ended by a fault");
if (ending === "ticks") {
  // Tells on stdout how long the event loop was held at most while nobody reads the log.
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  setTimeout(() => {
    clearInterval(timer);
    process.stdout.write(`${Math.round(longest)}\n`);
  }, 500);
}
