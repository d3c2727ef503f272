import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScript, type ScriptResult, writeTree } from "../support/repository-script.js";

const longFunction = (lines: number) => `export function long(): void {\n${"  call();\n".repeat(lines - 2)}}\n`;
const hosts = [["https://registry", "npmjs", "org"].join("."), ["deb", "debian", "org"].join(".")];

/** Each file breaks one rule, at the line given. */
const wrong = [
  ["src/oidc/cast.ts", "export const a: unknown = 1;\nexport const b = a as number;\n", 2, "`as`"],
  ["src/oidc/angle.ts", "export const b = <number>{};\n", 1, "`as`"],
  ["src/oidc/bang.ts", "export function f(a?: string): string {\n  return a!;\n}\n", 2, "`!`"],
  ["src/oidc/star.ts", 'export * from "./other.js";\n', 1, "`export *`"],
  ["src/oidc/named-star.ts", 'export * as other from "./other.js";\n', 1, "`export *`"],
  ["src/oidc/state.ts", "let count = 0;\nexport function add(): void {\n  count += 1;\n}\n", 1, "`let`"],
  ["src/oidc/cache.ts", "export const cache = new Map<string, string>();\n", 1, "empty collection"],
  ["src/oidc/list.ts", "export const seen: string[] = [];\n", 1, "empty collection"],
  ["src/oidc/effect.ts", "console.log(1);\n", 1, "importing a file"],
  ["src/oidc/branch.ts", "if (Date.now() > 0) throw new Error();\n", 1, "importing a file"],
  ["src/oidc/awaits.ts", "export const a = await Promise.resolve(1);\n", 1, "importing a file"],
  ["src/oidc/long-function.ts", longFunction(61), 1, "function of 61 lines, at most 60"],
  ["src/oidc/long-file.ts", "export const a = 1;\n".repeat(301), 301, "301 lines"],
  ["src/oidc/string-utils.ts", "export const a = 1;\n", 1, "for the thing"],
  ["src/login/session-manager.ts", "export const a = 1;\n", 1, "for the thing"],
  ["test/support/helpers.ts", "export const a = 1;\n", 1, "for the thing"],
  ["src/oidc/camelCase.ts", "export const a = 1;\n", 1, "kebab-case"],
  ["src/oidc/readme.MD", "text\n", 1, "kebab-case"],
  ["src/Oidc2/thing.ts", "export const a = 1;\n", 1, "kebab-case"],
  ["src/oidc/unfinished.ts", `// ${"TO"}${"DO"}: more\n`, 1, "unfinished"],
  ["docs/unfinished.md", `text\n${"FIX"}${"ME"}\n`, 2, "unfinished"],
  ["README.md", `see ${hosts[0]}/thing\n`, 1, "registry"],
  [".ci/install", `curl ${hosts[1]}\n`, 1, "registry"],
  ["docs/paths.md", `cd ${"/wo"}rk/main\n`, 1, "one machine"],
  ["test/asleep.test.ts", "await new Promise((resolve) => setTimeout(resolve, 50));\n", 1, "does not sleep"],
  [
    "src/oidc/pausing.test.ts",
    'import { setTimeout as pause } from "node:timers/promises";\nawait pause(50);\n',
    2,
    "does not sleep",
  ],
] as const;

const fine = {
  "src/oidc/README.md": "# Protocol\n",
  "src/main.ts": "process.exitCode = await run();\n",
  "src/storage/writer.worker.ts": "let started = false;\nstart();\n",
  "src/oidc/constants.ts": 'export const scopes = ["openid"] as const;\nexport const table = new Map([["a", 1]]);\n',
  "src/oidc/renamed.ts": 'import { a as b } from "./constants.js";\nexport { b as c };\n',
  "src/platform/brand.ts": "export const a = {} as string & { readonly brand: true };\n",
  "src/platform/secret.ts": "export const a = {} as Secret; // brand: the only way to make one\n",
  "src/oidc/cast.test.ts": "const a = {} as string;\nexpect(a!).toBe(1);\n",
  "src/oidc/factory.ts": `export function create(): void {\n${longFunction(40).slice(7)}${longFunction(40).slice(7)}}\n`,
  "src/connectors/thing/README.md": "# Thing\n",
  "test/turns.test.ts":
    'import { setTimeout as tick } from "node:timers/promises";\nawait tick(1);\nawait new Promise((resolve) => setTimeout(resolve));\n',
  "test/deadline.test.ts": "setTimeout(() => child.kill(), 5_000);\n",
  "dist/left.js": `// ${hosts[0]}\n`,
  "node_modules/some/thing.js": `// ${hosts[0]}\n`,
};

let folder: string;
let result: ScriptResult;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-style-"));
  writeTree(join(folder, "wrong"), Object.fromEntries(wrong.map(([path, text]) => [path, text])));
  writeTree(join(folder, "fine"), fine);
  result = runScript("check-style.mjs", join(folder, "wrong"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the style check", () => {
  it.each(wrong)("refuses %s", (path, _text, line, message) => {
    const found = result.output.split("\n").filter((each) => each.startsWith(`${path}:`));
    expect(found).toEqual([expect.stringContaining(`${path}:${line}: `)]);
    expect(found[0]).toContain(message);
  });

  it("fails on findings", () => {
    expect(result.status).toBe(1);
  });

  it("takes what is right", () => {
    const { status, output } = runScript("check-style.mjs", join(folder, "fine"));
    expect(output).toMatch(/^style: \d+ files, \d+ of them in src, 0 errors, 0 warnings\n$/);
    expect(status).toBe(0);
  });

  it("only warns of a function over 40 lines", () => {
    writeTree(join(folder, "warned"), { "src/oidc/longish.ts": longFunction(41) });
    const { status, output } = runScript("check-style.mjs", join(folder, "warned"));
    expect(output).toContain("src/oidc/longish.ts:1: warning: function of 41 lines, aim for 40");
    expect(status).toBe(0);
  });

  it("fails where it sees no source file", () => {
    writeTree(join(folder, "empty"), { "README.md": "" });
    expect(runScript("check-style.mjs", join(folder, "empty")).status).toBe(1);
  });
});
