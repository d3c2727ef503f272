import { readFileSync } from "node:fs";
import type { Assets } from "./config.js";
import { findPackageFile } from "./package-file.js";

/** Reads the files that pages need. Throws when the installation is broken. */
export function readAssets(): Assets {
  const read = (name: string): string => readFileSync(findPackageFile(`web/${name}`), "utf8");
  return { stylesheet: read("latchkey.css"), script: read("latchkey.js"), icon: read("icon.svg") };
}
