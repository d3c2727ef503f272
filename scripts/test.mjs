// `npm test [-- PATTERN...]`: compiles everything to .build (or TEST_BUILD), runs vitest over it, and ends with the line
// `N passed, N failed` (`, N skipped`). Patterns and options go to vitest as they are. With LATCHKEY_REQUIRE_ALL=1 a
// missing part of the machine, and any skipped test of a whole run, is a failure. Before tests of test/interop run, the
// toolchains of the relying parties are made ready (see interop-toolchains.mjs), and afterwards a table says which ran.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { prepareToolchains } from "./interop-toolchains.mjs";
import { describeRun, findReportFile, relyingParties } from "./relying-parties.mjs";

const build = process.env.TEST_BUILD ?? ".build";
const args = process.argv.slice(2);

rmSync(build, { recursive: true, force: true });
const isCompiled = run("tsc", ["-p", "tsconfig.test.json", "--outDir", build]) === 0;
if (!isCompiled) console.error("the tests do not compile");
const counts = isCompiled ? await runTests() : { passed: 0, failed: 1, skipped: 0 };
console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function runTests() {
  const { findMissingParts, mustRunAll } = await import(resolve(build, "test/support/parts.js"));
  const missing = findMissingParts();
  for (const { name, path, hint } of missing) {
    console.log(`missing: ${name} (looked at ${path}); tests that need it are skipped. To get it: ${hint}`);
  }
  const toolchains = await readyToolchains();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-report-"));
  try {
    const report = join(folder, "report.json");
    const status = run("vitest", [
      "run",
      ...args,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    const results = readReport(report);
    reportRelyingParties(toolchains, results?.testResults ?? []);
    const counts = countTests(results, status, await findExcusedFiles(toolchains));
    const mayNotSkip = mustRunAll() && args.length === 0;
    if (!mayNotSkip || counts.skipped + missing.length === 0) return counts;
    console.error(`nothing may be skipped: ${counts.skipped} tests were, ${missing.length} parts are missing`);
    return { passed: counts.passed, failed: counts.failed + missing.length + counts.skipped, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing to do for a run that cannot come to test/interop. */
async function readyToolchains() {
  const patterns = args.filter((arg) => !arg.startsWith("-"));
  if (patterns.length > 0 && !patterns.some((pattern) => pattern.includes("interop"))) return [];
  console.log(
    "toolchains of the relying parties: looked for, and made ready where they are there (see CONTRIBUTING.md)",
  );
  const toolchains = await prepareToolchains();
  for (const { name, state, reason, hint } of toolchains) {
    if (state !== "ready") console.log(`${state}: ${name}: ${reason}. Its tests are skipped. Needed: ${hint}`);
  }
  return toolchains;
}

/** What this machine cannot have, as .ci/run has found, may be skipped even where nothing else may. */
async function findExcusedFiles(toolchains) {
  const { isExcused } = await import(resolve(build, "test/support/toolchains.js"));
  const excused = toolchains.filter(({ name, state }) => state !== "ready" && isExcused(name)).map(({ name }) => name);
  return relyingParties.filter(({ needs }) => excused.includes(needs)).map(({ file }) => `/interop/${file}.test.js`);
}

function reportRelyingParties(toolchains, files) {
  const lines = describeRun(toolchains, files);
  if (lines.length === 0) return;
  console.log(`\nrelying parties:\n${lines.map((line) => `  ${line}`).join("\n")}`);
  if (toolchains.length > 0) writeFileSync(findReportFile(), `${lines.join("\n")}\n`);
}

/**
 * A file that does not load and an error outside any test count as one failure each: vitest reports no test for them.
 * Skipped tests of excused files count as nothing.
 */
function countTests(report, status, excused) {
  const files = report?.testResults ?? [];
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = (report?.numFailedTests ?? 0) + broken;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0) - countSkipped(files, excused),
  };
}

function countSkipped(files, endings) {
  return files
    .filter(({ name }) => endings.some((ending) => name.endsWith(ending)))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "pending" || status === "skipped").length;
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function run(program, args) {
  const path = join("node_modules", ".bin", program);
  const { status, error } = spawnSync(path, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (error !== undefined) console.error(error.message);
  return status ?? 1;
}
