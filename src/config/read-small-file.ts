import { readFileSync, statSync } from "node:fs";

/** No secret and no icon is longer; what is longer is another file, or a device that never ends. */
const maxBytes = 64 * 1024;

/** The text of a file that holds one value, or why there is none: a sentence that names the file. */
export function readSmallFile(file: string): { readonly text: string } | FileProblem {
  const read = readSmallBytes(file);
  if ("problem" in read) return read;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(read.bytes) };
  } catch {
    return { problem: `${file} is no text in UTF-8` };
  }
}

export interface FileProblem {
  readonly problem: string;
}

/** As `readSmallFile`, whatever the file holds. */
export function readSmallBytes(file: string): { readonly bytes: Buffer } | FileProblem {
  try {
    const status = statSync(file);
    // A pipe or a device has no size, and may never end.
    if (!status.isFile() && !status.isDirectory()) return { problem: `${file} is no regular file` };
    if (status.size > maxBytes) return { problem: `${file} is larger than ${maxBytes / 1_024} KiB` };
    return { bytes: readFileSync(file) };
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
    default:
      return `${file} can't be read${typeof code === "string" ? ` (${code})` : ""}`;
  }
}
