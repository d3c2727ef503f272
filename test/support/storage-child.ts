import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A program of `storage-programs.ts` in a process of its own. */
export interface StorageChild {
  /** What it prints, line by line, until it ends. */
  readonly lines: AsyncIterable<string>;
  /** The next line; undefined when it has ended. */
  nextLine(): Promise<string | undefined>;
  tell(line: string): void;
  /** `kill -9`: no handler runs, nothing is flushed. */
  kill(): void;
  /** Exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
}

export function startStorageChild(program: string, ...args: readonly string[]): StorageChild {
  const path = fileURLToPath(new URL("./storage-programs.js", import.meta.url));
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, [path, program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    lines: { [Symbol.asyncIterator]: () => lines },
    async nextLine() {
      const { value, done } = await lines.next();
      return done === true ? undefined : value;
    },
    tell: (line) => child.stdin.write(`${line}\n`),
    kill: () => child.kill("SIGKILL"),
    exited: new Promise((resolve) => child.once("exit", resolve)),
  };
}
