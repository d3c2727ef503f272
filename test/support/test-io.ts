import { PassThrough } from "node:stream";
import type { CliIo } from "../../src/cli/io.js";

/** Streams of a command: what it writes is kept, and what it reads is written to `stdin`. */
export function createTestIo(options: { readonly isTTY?: boolean; readonly env?: CliIo["env"] } = {}) {
  const output = { stdout: "", stderr: "" };
  const rawModes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: options.isTTY ?? false,
    setRawMode: (on: boolean) => rawModes.push(on),
  });
  const io: CliIo = {
    stdin,
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    env: options.env ?? {},
  };
  return { io, stdin, output, rawModes };
}
