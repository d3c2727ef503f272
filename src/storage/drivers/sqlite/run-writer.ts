import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import { type Checkpoints, createCheckpoints } from "./checkpoints.js";
import type { Command, Operation, Report } from "./protocol.js";
import { createRunBatch, type RunBatch } from "./run-batch.js";

/** Bounds how long one transaction holds the write lock against other processes. */
const maxBatch = 1_000;
const idleMs = 250;

interface Batch {
  readonly operations: Operation[];
  isPinged: boolean;
  isClosing: boolean;
}

/** Answers commands until `close`. Whatever waits at the port when a command arrives shares one transaction with it. */
export function runWriter(port: MessagePort, database: Database, lockWaitMs: number): void {
  const runBatch = createRunBatch(database, lockWaitMs);
  const checkpoints = createCheckpoints(database);
  let idle: NodeJS.Timeout | undefined;
  const post = (report: Report): void => port.postMessage(report);
  const parts: WriteParts = { runBatch, checkpoints, post };

  port.on("message", (first: Command) => {
    clearTimeout(idle);
    const batch = drain(port, first);
    if (batch.operations.length > 0) write(batch.operations, parts);
    if (batch.isPinged) post(createPong(checkpoints.trouble()));
    if (batch.isClosing) {
      // The last connection to a database copies the log into it and removes the log.
      database.close();
      port.close();
    } else if (checkpoints.isDue("idle")) {
      idle = setTimeout(() => checkpoint(parts), idleMs);
    }
  });
}

interface WriteParts {
  readonly runBatch: RunBatch;
  readonly checkpoints: Checkpoints;
  readonly post: (report: Report) => void;
}

/** Answers only after the commit has been synced; checkpoints only after the answers have gone out. */
function write(operations: readonly Operation[], parts: WriteParts): void {
  const { runBatch, checkpoints, post } = parts;
  post({ type: "done", outcomes: runBatch(operations) });
  checkpoints.note(operations);
  if (checkpoints.isDue("busy")) checkpoint(parts);
}

function checkpoint({ checkpoints, post }: WriteParts): void {
  post({ type: "checkpoint", isDone: checkpoints.run() });
}

function drain(port: MessagePort, first: Command): Batch {
  const batch: Batch = { operations: [], isPinged: false, isClosing: false };
  let next: Command | undefined = first;
  while (next !== undefined) {
    if (next.type === "write") batch.operations.push(...next.operations);
    else if (next.type === "ping") batch.isPinged = true;
    else batch.isClosing = true;
    if (batch.operations.length >= maxBatch) break;
    next = receiveMessageOnPort(port)?.message;
  }
  return batch;
}

function createPong(trouble: string | undefined): Report {
  return trouble === undefined ? { type: "pong" } : { type: "pong", trouble };
}
