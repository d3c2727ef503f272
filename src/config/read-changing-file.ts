import { readFile, stat } from "node:fs/promises";

/** Tokens and assertions are small; what is longer is another file. */
const maxBytes = 64 * 1024;

/**
 * Content of a file that may change while the server runs (a projected service account token), without blanks at its end.
 * Rejects when it can't be read or is too large.
 */
export async function readChangingFile(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > maxBytes) throw new Error(`${path} is longer than ${maxBytes} bytes`);
  return (await readFile(path, "utf8")).trimEnd();
}
