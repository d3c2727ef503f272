// Checks who imports whom. Usage: node scripts/check-imports.mjs [ROOT] [--at-least MODULES]
// A checker that sees nothing finds nothing wrong: fewer source files than `--at-least`, or no import at all, is a failure.
import { parseArgs } from "node:util";
import { cruise } from "dependency-cruiser";
import { findStrays, importRules } from "./import-rules.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "at-least": { type: "string", default: "40" } },
});
const findings = await checkImports(positionals[0] ?? process.cwd(), Number(values["at-least"]));
for (const finding of findings) console.error(finding);
if (findings.length > 0) {
  console.error(`imports: ${findings.length} findings`);
  process.exitCode = 1;
}

async function checkImports(root, atLeast) {
  const { output } = await cruise(["src"], {
    baseDir: root,
    ruleSet: importRules,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default", "require"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  });
  const sources = output.modules.filter(({ source }) => source.startsWith("src/"));
  const imports = sources.flatMap(({ dependencies }) => dependencies);
  console.log(`imports: ${sources.length} source files with ${imports.length} imports`);
  return [
    ...(sources.length < atLeast ? [`src: ${sources.length} source files seen, at least ${atLeast} expected`] : []),
    ...(imports.length === 0 ? ["src: no import seen"] : []),
    ...findStrays(sources.map(({ source }) => source)).map((file) => `${file}: stands in no layer`),
    ...output.summary.violations.map(
      ({ from, to, rule }) =>
        `${from} -> ${to}: [${rule.name}] ${importRules.forbidden.find(({ name }) => name === rule.name)?.comment}`,
    ),
  ];
}
