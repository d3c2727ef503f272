// `npm test [-- PATTERN...]`: compiles everything to .build (or TEST_BUILD), runs vitest over it, and ends with the line
// `N passed, N failed` (`, N skipped`). Patterns and options go to vitest as they are. With LATCHKEY_REQUIRE_ALL=1 a
// missing part of the machine, and any skipped test of a whole run, is a failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

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
    const counts = countTests(readReport(report), status);
    const mayNotSkip = mustRunAll() && args.length === 0;
    if (!mayNotSkip || counts.skipped + missing.length === 0) return counts;
    console.error(`nothing may be skipped: ${counts.skipped} tests were, ${missing.length} parts are missing`);
    return { passed: counts.passed, failed: counts.failed + missing.length + counts.skipped, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that does not load and an error outside any test count as one failure each: vitest reports no test for them. */
function countTests(report, status) {
  const files = report?.testResults ?? [];
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = (report?.numFailedTests ?? 0) + broken;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
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
