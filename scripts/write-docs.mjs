// Writes what is made from the schema of the configuration and from the connectors: `npm run docs`. Usage: node scripts/write-docs.mjs [BUILD]
// BUILD is the folder of a build, by default .build/src. With --check nothing is written, and a file that is out of date is an
// error.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { renderReference } from "./config-reference.mjs";
import { renderSchema } from "./config-schema.mjs";
import { renderConnectorPages } from "./connector-pages.mjs";

const args = process.argv.slice(2);
const build = args.find((arg) => !arg.startsWith("--")) ?? ".build/src";
const { ConfigFile } = await load("config/schema/top.js");
const { connectorTypes } = await load("connectors/catalogue.js");
const files = {
  "docs/configuration.md": renderReference({ ConfigFile, connectorTypes }),
  "docs/latchkey.schema.json": renderSchema({ ConfigFile, connectorTypes }),
  ...renderConnectorPages(connectorTypes),
};
for (const [file, text] of Object.entries(files)) {
  if (!args.includes("--check")) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${file} is out of date: npm run docs`);
    process.exitCode = 1;
  }
}

function load(path) {
  return import(pathToFileURL(resolve(build, path)).href);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
