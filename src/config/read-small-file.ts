import { readFileSync, statSync } from "node:fs";

/** No secret is longer; what is longer is another file, or a device that never ends. */
const maxTextBytes = 64 * 1024;

/** The text of a file that holds one value, or why there is none: a sentence that names the file. */
export function readSmallFile(file: string): { readonly text: string } | { readonly problem: string } {
  try {
    if (statSync(file).size > maxTextBytes) return { problem: `${file} is longer than ${maxTextBytes / 1_024} KiB` };
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file)) };
  } catch (error) {
    return { problem: describeProblem(file, error) };
  }
}

function describeProblem(file: string, error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no file ${file}`;
    case "EACCES":
    case "EPERM":
      return `no permission to read ${file}`;
    case "EISDIR":
      return `${file} is a folder`;
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return `${file} is no text in UTF-8`;
    default:
      return `${file} can't be read${typeof code === "string" ? ` (${code})` : ""}`;
  }
}
