import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";

/** The first Node.js on which version 13 works, and from some release of which version 12 does not. */
const firstForVersion13 = 22;

/**
 * One library in two versions. 12 is built for each Node.js and aborts the process on newer ones when a closed
 * connection is collected; 13 is built once for all, on an interface that Node.js 20 does not have (docs/adr/0011).
 */
export const Database: typeof BetterSqlite3 = load();

function load(): typeof BetterSqlite3 {
  const isNew = Number.parseInt(process.versions.node, 10) >= firstForVersion13;
  return createRequire(import.meta.url)(isNew ? "better-sqlite3-13" : "better-sqlite3");
}
