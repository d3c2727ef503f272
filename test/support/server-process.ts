import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A real server in a process of its own, which tests may kill. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Log lines so far, parsed. */
  readonly lines: Record<string, unknown>[];
  /** Resolves when the process has ended, by itself or by a signal. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ProcessOptions {
  readonly file: string;
  /** In place of `web.http` of the file. */
  readonly address?: string;
  /** Where the process kills itself: a failpoint, or `response.last-byte`. */
  readonly diesAt?: string;
}

const program = fileURLToPath(new URL("./server-program.js", import.meta.url));

/** Starts the program and resolves when it listens. */
export async function startServerProcess({ file, address = "", diesAt = "" }: ProcessOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [program, file, address, diesAt], { stdio: ["ignore", "inherit", "pipe"] });
  const lines: Record<string, unknown>[] = [];
  const exited = once(child, "exit");
  const listening = new Promise<void>((resolve, reject) => {
    exited.then(([code]) =>
      reject(new Error(`the server ended with ${code} before it listened: ${JSON.stringify(lines.at(-1))}`)),
    );
    createInterface({ input: child.stderr }).on("line", (line) => {
      const parsed = parseLine(line);
      lines.push(parsed);
      if (parsed["msg"] === "listening") resolve();
    });
  });
  await listening;
  return {
    child,
    lines,
    async ended() {
      const [code, signal] = await exited;
      return { code, signal };
    },
    async kill(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line };
  }
}
