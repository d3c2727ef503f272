// What the formatter and linter cannot say of a source file, found in its syntax tree.
import ts from "typescript";

const maxFileLines = 300;
const maxFunctionLines = 60;
const aimedFunctionLines = 40;

/**
 * Findings of one TypeScript file as `{ line, message, isWarning }`. Tests may assert types and be as long as they need;
 * all other code (`src/` and `example-app/` without `*.test.ts`) obeys everything.
 */
export function checkSource(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const findings = [];
  const report = (node, message, isWarning = false) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    findings.push({ line: line + 1, message, isWarning });
  };
  const isTest = !/^(src|example-app)\//.test(path) || path.endsWith(".test.ts");
  const rules = isTest ? [refuseSleeping] : [refuseAssertion, refuseStarExport, limitFunction];
  visit(source);
  if (!isTest) checkTopLevel(source, path, report);
  const lines = text.split("\n").length - 1;
  if (!isTest && lines > maxFileLines)
    findings.push({ line: lines, message: `${lines} lines, at most ${maxFileLines}` });
  return findings;

  function visit(node) {
    for (const rule of rules) rule(node, report, { source, path });
    ts.forEachChild(node, visit);
  }
}

/** `as` tells the compiler instead of asking it. It stands only in brands: in files brand*.ts or beside `// brand:`. */
function refuseAssertion(node, report, { source, path }) {
  if (ts.isNonNullExpression(node)) return report(node, "`!` says what the compiler cannot see");
  if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return;
  if (ts.isConstTypeReference(node.type)) return;
  if (/(^|\/)brand[^/]*$/.test(path)) return;
  const { line } = source.getLineAndCharacterOfPosition(node.getEnd());
  if (source.text.split("\n")[line]?.includes("// brand:")) return;
  report(node, "`as` only in `as const` and in brands");
}

function refuseStarExport(node, report) {
  if (ts.isExportDeclaration(node) && !(node.exportClause && ts.isNamedExports(node.exportClause))) {
    report(node, "`export *` hides what a file offers");
  }
}

/** Named functions inside count for themselves: a factory may be longer than what each of its parts may be. */
function limitFunction(node, report, { source }) {
  if (!hasBody(node)) return;
  const lines = countLines(source, node) - countInner(source, node.body);
  if (lines > maxFunctionLines) report(node, `function of ${lines} lines, at most ${maxFunctionLines}`);
  else if (lines > aimedFunctionLines) report(node, `function of ${lines} lines, aim for ${aimedFunctionLines}`, true);
}

function hasBody(node) {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function countLines(source, node) {
  return lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source)) + 1;
}

function countInner(source, node) {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += ts.isFunctionDeclaration(child) ? countLines(source, child) : countInner(source, child);
  });
  return lines;
}

/**
 * `new Promise((resolve) => setTimeout(resolve, ms))`, and the same by node:timers/promises: a test that sleeps is slow
 * on good days and fails on bad ones. One turn of the event loop (no delay, or 1 ms) is no sleep.
 */
function refuseSleeping(node, report, { source }) {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
  const [first, second] = node.arguments;
  const isPause = findPauses(source).has(node.expression.text) && !isOneTurn(first);
  const isSleep = node.expression.text === "setTimeout" && isSettler(first) && !isOneTurn(second);
  if (isPause || isSleep) report(node, "a test waits for what happens, it does not sleep");
}

/** Local names of `setTimeout` from node:timers/promises. */
function findPauses(source) {
  const imports = source.statements.filter(
    (node) => ts.isImportDeclaration(node) && node.moduleSpecifier.text === "node:timers/promises",
  );
  const names = imports.flatMap(({ importClause }) => importClause?.namedBindings?.elements ?? []);
  return new Set(
    names.filter(({ name, propertyName }) => (propertyName ?? name).text === "setTimeout").map(({ name }) => name.text),
  );
}

function isOneTurn(delay) {
  return delay === undefined || (ts.isNumericLiteral(delay) && Number(delay.text) <= 1);
}

/** Whether this is the `resolve` of the promise under construction. */
function isSettler(node) {
  if (node === undefined || !ts.isIdentifier(node)) return false;
  const executor = ts.findAncestor(node, (at) => ts.isFunctionLike(at) && ts.isNewExpression(at.parent));
  return executor?.parameters.some(({ name }) => ts.isIdentifier(name) && name.text === node.text) ?? false;
}

function checkTopLevel(source, path, report) {
  if (/^(src|example-app)\/main\.ts$/.test(path) || /\.(worker|process)\.ts$/.test(path)) return;
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) checkTopLevelVariables(statement, report);
    else if (!isDeclaration(statement)) report(statement, "importing a file must do nothing");
  }
}

function checkTopLevelVariables({ declarationList }, report) {
  if (!(declarationList.flags & ts.NodeFlags.Const))
    report(declarationList, "no `let` at the top level: state has an owner");
  for (const { initializer } of declarationList.declarations) {
    if (initializer === undefined) continue;
    if (isEmptyCollection(initializer))
      report(initializer, "an empty collection at the top level is state without an owner");
    if (ts.isAwaitExpression(initializer)) report(initializer, "importing a file must wait for nothing");
  }
}

function isDeclaration(node) {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isModuleDeclaration(node)
  );
}

function isEmptyCollection(node) {
  if (ts.isArrayLiteralExpression(node)) return node.elements.length === 0;
  if (ts.isObjectLiteralExpression(node)) return node.properties.length === 0;
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return false;
  return /^(Weak)?(Map|Set)$/.test(node.expression.text) && !node.arguments?.length;
}

function lineOf(source, position) {
  return source.getLineAndCharacterOfPosition(position).line;
}
