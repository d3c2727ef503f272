import { write, writeSync } from "node:fs";

/** Where lines go; each ends with a line feed. */
export interface LogDestination {
  write(line: string): void;
}

/** Most that waits for a slow reader, in characters. A stopped one costs lines, never the server. */
const maxWaiting = 8 * 1024 * 1024;

/** A write takes a turn in the thread pool that signing needs too, so lines travel together. */
const gatherMs = 20;
const gatherLength = 16 * 1024;

/** Pause before a full pipe is tried again. */
const retryMs = 50;

/** Longest that the end of the process waits for a slow reader. */
const exitGraceMs = 1_000;

/**
 * Writes to a file descriptor (2: standard error, which may be a terminal, a pipe or a file) without holding the event
 * loop: `process.stderr` would, on a pipe. What is left is written when the process ends. Lines that find too much
 * waiting are dropped; `onDropped` learns their number once the reader goes on, `countDropped` of each one at once.
 */
export function createLogDestination(
  descriptor: number,
  onDropped: (lines: number) => void,
  countDropped?: () => void,
): LogDestination {
  const chunks: string[] = [];
  let gathered = "";
  let waiting = 0;
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;
  let dropped = 0;

  function closeChunk(): void {
    clearTimeout(timer);
    timer = undefined;
    if (gathered !== "") chunks.push(gathered);
    gathered = "";
    if (!isWriting) sendNext();
  }

  function sendNext(): void {
    const chunk = chunks.shift();
    isWriting = chunk !== undefined;
    if (chunk === undefined) return;
    waiting -= chunk.length;
    writeAll(descriptor, Buffer.from(chunk), () => {
      reportDropped();
      sendNext();
    });
  }

  /** Once half is free again: earlier, this very line could be dropped. */
  function reportDropped(): void {
    if (dropped === 0 || waiting > maxWaiting / 2) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  }

  process.once("exit", () => {
    // A write under way needs some microseconds where somebody reads; what follows it must not overtake it.
    if (isWriting) pause(gatherMs);
    writeRest(descriptor, Buffer.from(chunks.join("") + gathered));
  });

  return {
    write(line) {
      if (waiting + line.length > maxWaiting) {
        dropped += 1;
        countDropped?.();
        return;
      }
      waiting += line.length;
      gathered += line;
      if (gathered.length >= gatherLength) closeChunk();
      else timer ??= setTimeout(closeChunk, gatherMs);
    },
  };
}

/** Calls back when all is written, or can't be: a closed pipe or a full disk must not end the server. */
function writeAll(descriptor: number, chunk: Buffer, done: () => void): void {
  write(descriptor, chunk, (error, written) => {
    if (error?.code === "EAGAIN") setTimeout(writeAll, retryMs, descriptor, chunk, done);
    else if (error === null && written < chunk.length) writeAll(descriptor, chunk.subarray(written), done);
    else done();
  });
}

function writeRest(descriptor: number, rest: Buffer): void {
  let left = rest;
  let graceMs = exitGraceMs;
  while (left.length > 0 && graceMs > 0) {
    try {
      left = left.subarray(writeSync(descriptor, left));
    } catch (error) {
      const isFull = error instanceof Error && "code" in error && error.code === "EAGAIN";
      // Otherwise the reader is gone, and with it whoever could be told.
      if (!isFull) return;
      pause(retryMs);
      graceMs -= retryMs;
    }
  }
}

/** Holds the thread: at the end of the process there is no event loop to come back from. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
