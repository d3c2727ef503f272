// The release of better-sqlite3 that this Node.js runs (docs/adr/0011-two-versions-of-better-sqlite3.md).
import { createRequire } from "node:module";

const isNew = Number(process.versions.node.split(".")[0]) >= 22;
export const Database = createRequire(import.meta.url)(isNew ? "better-sqlite3-13" : "better-sqlite3");
