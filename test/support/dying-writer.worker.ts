import { existsSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

// The real writer thread; but the first one started on a file dies at its first message, before that is written.
const mark = `${workerData.file}.died`;
if (!existsSync(mark)) {
  parentPort?.once("message", () => {
    writeFileSync(mark, "");
    process.exit(1);
  });
}
await import("../../src/storage/drivers/sqlite/writer.worker.js");
