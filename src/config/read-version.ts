import { readFile } from "node:fs/promises";
import * as z from "zod";
import { findPackageFile } from "./package-file.js";

/** The version in package.json, which stands beside `dist/`. */
export async function readVersion(): Promise<string> {
  const text = await readFile(findPackageFile("package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
