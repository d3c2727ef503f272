// Checks the house style where the linter cannot. Usage: node scripts/check-style.mjs [ROOT]
// Prints FILE:LINE of each finding; warnings do not fail. No source file at all is a failure.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { checkSource } from "./style-rules.mjs";
import { checkName, checkText } from "./text-rules.mjs";

const skipped = /^(node_modules|\.git|dist|\.build.*|.*\.(db|db-wal|db-shm|tsbuildinfo|png|ico|woff2))$/;
const root = process.argv[2] ?? process.cwd();
const files = listFiles(root);
const findings = files.flatMap((path) => checkFile(path).map((finding) => ({ path, ...finding })));
const errors = findings.filter(({ isWarning }) => !isWarning);
for (const { path, line, message, isWarning } of findings)
  console.error(`${path}:${line}: ${isWarning ? "warning: " : ""}${message}`);
const sources = files.filter((path) => path.startsWith("src/")).length;
if (sources === 0) console.error("src: no source file seen");
console.log(
  `style: ${files.length} files, ${sources} of them in src, ${errors.length} errors, ${findings.length - errors.length} warnings`,
);
if (errors.length > 0 || sources === 0) process.exitCode = 1;

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() ? [relative(root, path).split(sep).join("/")] : [];
    });
}

function checkFile(path) {
  const text = readFileSync(join(root, path), "utf8");
  return [...checkName(path), ...checkText(path, text), ...(path.endsWith(".ts") ? checkSource(path, text) : [])];
}
