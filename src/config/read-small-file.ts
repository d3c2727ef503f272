import { readFileSync, statSync } from "node:fs";

/** No secret is longer; what is longer is another file, or a device that never ends. */
const maxTextBytes = 64 * 1024;

/** The text of a file that holds one value. Undefined when it can't be read, is too large or is not UTF-8. */
export function readSmallFile(file: string): string | undefined {
  try {
    if (statSync(file).size > maxTextBytes) return undefined;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch {
    return undefined;
  }
}
