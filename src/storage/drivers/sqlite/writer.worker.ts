import { parentPort, workerData } from "node:worker_threads";
import { StorageRefusedError } from "../../driver.js";
import { openWritingConnection } from "./open-connection.js";
import type { Report, WriterSettings } from "./protocol.js";
import { runWriter } from "./run-writer.js";
import { describeError } from "./sqlite-error.js";

// The thread that owns the writing connection: it may wait for locks and disks, which the main thread must not.
const settings: WriterSettings = workerData;
const port = parentPort;
if (port === null) throw new Error("this file is started as a worker thread");
const post = (report: Report): void => port.postMessage(report);
try {
  const database = openWritingConnection(settings.file, settings.lockWaitMs);
  runWriter(port, database, settings.lockWaitMs);
  post({ type: "ready" });
} catch (error) {
  post({ type: "failed", message: describeError(error), isRefused: error instanceof StorageRefusedError });
  port.close();
}
