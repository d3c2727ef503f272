import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScript, type ScriptResult, writeTree } from "../support/repository-script.js";

/** Who may import whom, written a second time on purpose: a slip in the rules does not hide itself. */
const house = `
cli -> server config storage platform
server -> endpoints admin config login grants clients connectors tokens keys storage records oidc pages platform telemetry
config -> oidc platform records
endpoints -> login grants clients connectors tokens keys storage records oidc pages platform
admin -> grants clients login storage records platform
login -> clients connectors tokens storage records oidc platform
grants -> clients connectors tokens storage records oidc platform
clients -> storage records oidc platform
tokens -> keys records oidc platform
keys -> storage records oidc platform
connectors -> platform
storage -> records platform
records -> oidc platform
pages -> oidc records platform
telemetry -> platform
oidc -> platform
platform ->
`;

const allowedOf = new Map(
  house
    .trim()
    .split("\n")
    .map((line) => line.split("->"))
    .map(([layer = "", allowed = ""]) => [layer.trim(), allowed.trim().split(" ")] as const),
);
const layers = [...allowedOf.keys()];

/** A file that imports another, or a package; `rule` names what refuses it, undefined where it is fine. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly rule?: string;
  readonly how?: "lazily" | "as a type";
}

const edges: readonly Edge[] = [
  { from: "src/main.ts", to: "src/cli/leaf.ts" },
  { from: "src/main.ts", to: "src/server/leaf.ts", rule: "layer main" },
  { from: "src/platform/type-only.ts", to: "src/oidc/leaf.ts", rule: "layer platform", how: "as a type" },
  { from: "src/platform/lazy.ts", to: "src/oidc/leaf.ts", rule: "layer platform", how: "lazily" },
  { from: "src/platform/free.test.ts", to: "src/oidc/leaf.ts" },
  { from: "src/platform/free.test.ts", to: "test/support/leaf.ts" },
  { from: "src/platform/free.test.ts", to: "fastify" },

  { from: "src/endpoints/token/routes.ts", to: "src/endpoints/token/leaf.ts" },
  { from: "src/endpoints/token/routes.ts", to: "src/endpoints/userinfo/leaf.ts", rule: "siblings in endpoints" },
  { from: "src/connectors/github/connector.ts", to: "src/connectors/github/config.ts" },
  { from: "src/connectors/github/connector.ts", to: "src/connectors/port.ts" },
  { from: "src/connectors/github/connector.ts", to: "src/connectors/shared/leaf.ts" },
  { from: "src/connectors/github/connector.ts", to: "src/records/identity.ts", how: "as a type" },
  { from: "src/connectors/github/connector.ts", to: "src/records/leaf.ts", rule: "layer connectors" },
  { from: "src/connectors/github/connector.ts", to: "src/connectors/ldap/config.ts", rule: "siblings in connectors" },
  { from: "src/connectors/github/connector.ts", to: "src/connectors/pool.ts", rule: "siblings in connectors" },
  { from: "src/connectors/catalogue.ts", to: "src/connectors/ldap/config.ts" },
  { from: "src/connectors/catalogue.ts", to: "src/connectors/ldap/connector.ts", how: "lazily" },
  { from: "src/connectors/catalogue.ts", to: "src/connectors/saml/connector.ts", rule: "connector types lazily" },
  { from: "src/login/type.ts", to: "src/connectors/ldap/config.ts", rule: "connector types through the catalogue" },
  { from: "src/config/read.ts", to: "src/connectors/catalogue.ts" },
  { from: "src/config/read.ts", to: "src/connectors/pool.ts", rule: "layer config" },
  { from: "src/config/read.ts", to: "src/storage/drivers/sqlite/config.ts" },
  { from: "src/config/read.ts", to: "src/storage/drivers/sqlite/leaf.ts", rule: "drivers through storage" },
  { from: "src/keys/store.ts", to: "src/storage/drivers/sqlite/leaf.ts", rule: "drivers through storage" },
  { from: "src/storage/open.ts", to: "src/storage/drivers/sqlite/leaf.ts", how: "lazily" },
  { from: "src/storage/open.ts", to: "src/storage/drivers/memory/leaf.ts", rule: "drivers lazily" },
  { from: "src/storage/drivers/sqlite/driver.ts", to: "src/storage/driver.ts" },
  { from: "src/storage/drivers/sqlite/driver.ts", to: "src/storage/sweep.ts", rule: "siblings in storage/drivers" },
  {
    from: "src/storage/drivers/sqlite/driver.ts",
    to: "src/storage/drivers/memory/leaf.ts",
    rule: "siblings in storage/drivers",
  },

  { from: "src/server/app.ts", to: "fastify" },
  { from: "src/endpoints/token/routes.ts", to: "fastify" },
  { from: "src/endpoints/token/answer.ts", to: "fastify", rule: "fastify only in its places", how: "as a type" },
  { from: "src/pages/parts.ts", to: "@fastify/cookie", rule: "fastify only in its places" },
  { from: "src/keys/sign.ts", to: "jose" },
  { from: "src/tokens/mint.ts", to: "jose" },
  { from: "src/clients/assertion.ts", to: "jose" },
  { from: "src/connectors/oidc/connector.ts", to: "jose" },
  { from: "src/grants/sign.ts", to: "jose", rule: "jose only in its places" },
  { from: "src/storage/drivers/sqlite/open.ts", to: "better-sqlite3" },
  { from: "src/storage/drivers/memory/open.ts", to: "better-sqlite3", rule: "better-sqlite3 only in its places" },
  { from: "src/telemetry/metrics/open-metrics.ts", to: "prom-client" },
  { from: "src/telemetry/logger.ts", to: "prom-client", rule: "prom-client only in its places" },
  { from: "src/server/app.ts", to: "prom-client", rule: "prom-client only in its places", how: "as a type" },
  { from: "src/server/start.ts", to: "src/telemetry/metrics/leaf.ts", how: "lazily" },
  { from: "src/server/stores.ts", to: "src/telemetry/metrics/port.ts", how: "as a type" },
  { from: "src/server/compose.ts", to: "src/telemetry/metrics/leaf.ts", rule: "metrics lazily" },
  { from: "src/config/file.ts", to: "node:fs/promises" },
  { from: "src/cli/file.ts", to: "node:fs" },
  { from: "src/server/tls-files.ts", to: "node:fs/promises" },
  { from: "src/server/assets.ts", to: "node:fs/promises", rule: "node:fs only in its places" },
  { from: "src/storage/drivers/sqlite/open.ts", to: "node:fs", rule: "node:fs only in its places" },
  { from: "src/pages/theme.ts", to: "fs", rule: "node:fs only in its places" },
  { from: "src/grants/settings.ts", to: "node:process", rule: "node:process only in its places" },
  { from: "src/oidc/hash.ts", to: "node:crypto" },
  { from: "src/oidc/pause.ts", to: "node:timers/promises", rule: "the protocol is pure" },
  { from: "src/server/dev.ts", to: "vitest", rule: "runtime dependencies" },
  { from: "src/server/unlisted.ts", to: "unlisted", rule: "runtime dependencies" },

  { from: "src/server/support.ts", to: "test/support/leaf.ts", rule: "inside src" },
  { from: "src/server/tested.ts", to: "src/platform/free.test.ts", rule: "no tests" },
  { from: "src/server/lost.ts", to: "src/server/nowhere.ts", rule: "resolvable" },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-imports-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the layers of the house", () => {
  let result: ScriptResult;
  beforeAll(() => {
    const pairs = layers.flatMap((from) => layers.filter((to) => to !== from).map((to) => ({ from, to })));
    result = check(
      "layers",
      pairs.map(({ from, to }) => ({ from: fileIn(from, `to-${to}`), to: fileIn(to, "leaf") })),
    );
  });

  it.each(layers)("%s imports what is below it, and nothing else", (from) => {
    const refused = layers.filter((to) =>
      result.output.includes(`${fileIn(from, `to-${to}`)} -> ${fileIn(to, "leaf")}: [layer ${from}]`),
    );
    expect(refused).toEqual(layers.filter((to) => to !== from && !allowedOf.get(from)?.includes(to)));
  });
});

describe("the other walls", () => {
  let result: ScriptResult;
  beforeAll(() => {
    result = check("walls", edges);
  });

  it.each(edges)("$from to $to ($how): $rule", ({ from, to, rule, how }) => {
    const target = to.startsWith("src/server/nowhere") ? specifier(from, to) : to.replace(/^node:/, "");
    const found = result.output.split("\n").filter((line) => line.startsWith(`${from} -> `) && line.includes(target));
    const rules = found.map((line) => /\[([^\]]*)\]/.exec(line)?.[1]);
    if (rule === undefined) expect(rules).toEqual([]);
    else expect(rules, how).toContain(rule);
  });

  it("make the check fail", () => {
    expect(result.status).toBe(1);
  });

  it("refuse a cycle, though one half is a type", () => {
    const { output } = check("cycle", [
      { from: "src/oidc/first.ts", to: "src/oidc/second.ts" },
      { from: "src/oidc/second.ts", to: "src/oidc/first.ts", how: "as a type" },
    ]);
    expect(output).toMatch(/src\/oidc\/(first|second)\.ts -> .*\[no cycles\]/);
  });
});

describe("the check itself", () => {
  const imports = [{ from: "src/oidc/pkce.ts", to: "src/platform/hashing.ts" }];

  it("passes where nothing is wrong", () => {
    expect(check("clean", imports)).toEqual({ status: 0, output: "imports: 2 source files with 1 imports\n" });
  });

  it("fails where it sees no modules", () => {
    writeTree(join(folder, "empty"), { "src/readme.txt": "" });
    const { status, output } = runScript("check-imports.mjs", join(folder, "empty"), "--at-least=0");
    expect(output).toContain("no import seen");
    expect(status).toBe(1);
  });

  it("fails where it sees fewer modules than there must be", () => {
    const { status, output } = check("few", imports, "--at-least=40");
    expect(output).toContain("2 source files seen, at least 40 expected");
    expect(status).toBe(1);
  });

  it("fails where there is no source folder", () => {
    writeTree(join(folder, "nothing"), { "package.json": "{}" });
    expect(runScript("check-imports.mjs", join(folder, "nothing")).status).toBe(1);
  });

  it.each(["src/misc/thing.ts", "src/endpoints/shared.ts", "src/thing.ts"])(
    "names %s, which stands in no layer",
    (stray) => {
      writeTree(join(folder, stray), { [stray]: "export const thing = 1;\n" });
      const { output } = runScript("check-imports.mjs", join(folder, stray), "--at-least=1");
      expect(output).toContain(`${stray}: stands in no layer`);
    },
  );
});

/** Endpoints stand in folders of their own. */
function fileIn(layer: string, name: string): string {
  return layer === "endpoints" ? `src/endpoints/token/${name}.ts` : `src/${layer}/${name}.ts`;
}

/** Builds a tree that holds just these imports and checks it. */
function check(name: string, imports: readonly Edge[], atLeast = "--at-least=1"): ScriptResult {
  const files: Record<string, string> = {};
  for (const { to } of imports)
    if (/^(src|test)\//.test(to) && !to.includes("nowhere")) files[to] = "export const leaf = 1;\n";
  for (const edge of imports) files[edge.from] = (files[edge.from] ?? "") + importLine(edge);
  const root = join(folder, name);
  writeTree(root, files);
  const packages = ["fastify", "@fastify/cookie", "jose", "better-sqlite3", "prom-client", "vitest", "unlisted"];
  for (const each of packages) {
    const folderOfPackage = `node_modules/${each}`;
    writeTree(root, {
      [`${folderOfPackage}/package.json`]: JSON.stringify({
        name: each,
        version: "1.0.0",
        type: "module",
        main: "index.js",
      }),
      [`${folderOfPackage}/index.js`]: "export const leaf = 1;\n",
    });
  }
  const names = packages.filter((each) => each !== "vitest" && each !== "unlisted");
  const dependencies = Object.fromEntries(names.map((each) => [each, "1.0.0"]));
  writeTree(root, {
    "package.json": JSON.stringify({ type: "module", dependencies, devDependencies: { vitest: "1.0.0" } }),
  });
  return runScript("check-imports.mjs", root, atLeast);
}

function importLine({ from, to, how }: Edge): string {
  const name = specifier(from, to);
  if (how === "lazily") return `export const load = () => import("${name}");\n`;
  return `import ${how === "as a type" ? "type " : ""}{ leaf } from "${name}";\n`;
}

function specifier(from: string, to: string): string {
  if (!/^(src|test)\//.test(to)) return to;
  const path = relative(dirname(from), to).replace(/\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}
