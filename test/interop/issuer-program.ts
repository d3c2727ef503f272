import { loadConfig } from "../../src/config/load-config.js";
import { startServer } from "../../src/server/start-server.js";

// A provider for relying parties, in a process of its own whose clock the test sets: `issuer-program.js CONFIG AHEAD`,
// where AHEAD is how many milliseconds its clock is ahead of the machine's. A message with a number sets it anew.
const [file = "", ahead = "0"] = process.argv.slice(2);
let aheadMs = Number(ahead);

const { config, problems } = await loadConfig({ file, flags: {}, env: {} });
if (config === undefined) throw new Error(problems.map((problem) => problem.message).join("\n"));
const server = await startServer({ config, threadPoolSize: 8, parts: { clock: () => Date.now() + aheadMs } });
process.on("message", (message) => {
  aheadMs = Number(message);
  process.send?.("set");
});
process.on("SIGTERM", () => void server.stop().then(() => process.disconnect()));
process.send?.("listening");
