import { pino } from "pino";

/** Where lines go; each ends with a line feed. */
export interface LogDestination {
  write(line: string): void;
}

/** Most that waits for a slow reader. A stopped one costs lines, never the server. */
const maxWaitingBytes = 8 * 1024 * 1024;

/** A write takes a turn in the thread pool that signing needs too, so lines travel together. */
const gatherMs = 20;
const gatherLength = 16 * 1024;

/**
 * Writes to a file descriptor without holding the event loop. What is left is written when the process ends. Lines that
 * find too much waiting are dropped; `onDropped` learns their number once the reader goes on.
 */
export function createLogDestination(descriptor: number, onDropped: (lines: number) => void): LogDestination {
  const sink = pino.destination({ dest: descriptor, sync: false, maxLength: maxWaitingBytes });
  let gathered = "";
  let timer: NodeJS.Timeout | undefined;
  let dropped = 0;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = "";
    if (lines !== "") sink.write(lines);
  }

  sink.on("drop", (lines: string) => {
    dropped += lines.split("\n").length - 1;
  });
  sink.on("drain", () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  });
  // A full disk behind a redirected log must not end the server: the next line tries again.
  sink.on("error", () => undefined);
  process.once("exit", () => {
    send();
    try {
      sink.flushSync();
    } catch {
      // The reader is gone.
    }
  });

  return {
    write(line) {
      gathered += line;
      if (gathered.length >= gatherLength) send();
      else timer ??= setTimeout(send, gatherMs);
    },
  };
}
