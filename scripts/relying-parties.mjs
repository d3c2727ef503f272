// The relying parties of test/interop: what each needs, its pinned version, and the table of what a test run did.
import { readFileSync } from "node:fs";
import { findInteropFolder } from "./interop-toolchains.mjs";

/** `file`: its test file without ending. `needs`: a toolchain, or a part of the machine. */
export const relyingParties = [
  { name: "openid-client", file: "openid-client", version: () => findNpmVersion("openid-client") },
  { name: "oauth4webapi", file: "oauth4webapi", version: () => findNpmVersion("oauth4webapi") },
  {
    name: "oidc-client-ts",
    file: "oidc-client-ts",
    needs: "chromium",
    version: () => findNpmVersion("oidc-client-ts"),
  },
  {
    name: "go-oidc",
    file: "go-oidc",
    needs: "go",
    version: () => findIn("go/go.mod", /go-oidc\/v3 v(\S+)/),
  },
  {
    name: "golang.org/x/oauth2",
    file: "go-oidc",
    needs: "go",
    version: () => findIn("go/go.mod", /golang\.org\/x\/oauth2 v(\S+)/),
  },
  {
    name: "Authlib",
    file: "authlib",
    needs: "python",
    version: () => findIn("python/requirements.txt", /^Authlib==(\S+)/m),
  },
  {
    name: "Nimbus oauth2-oidc-sdk",
    file: "nimbus",
    needs: "java",
    version: () => findIn("java/pom.xml", /<artifactId>oauth2-oidc-sdk<\/artifactId>\s*<version>([^<]+)/),
  },
  // Not pinned: it is the one that the machine's distribution has.
  { name: "mod_auth_openidc", file: "mod-auth-openidc", needs: "apache", version: () => "of the system" },
];

function findNpmVersion(name) {
  return JSON.parse(readFileSync("package.json", "utf8")).devDependencies[name];
}

function findIn(path, pattern) {
  return pattern.exec(readFileSync(`test/interop/${path}`, "utf8"))?.[1];
}

/** Where the table of the last run is kept. */
export function findReportFile() {
  return `${findInteropFolder()}/report.txt`;
}

/**
 * One line for each relying party of a run: its version, what it ran on, and what came of it. `toolchains` as
 * scripts/interop-toolchains.mjs returns them, `files` the `testResults` of vitest's report.
 */
export function describeRun(toolchains, files) {
  const rows = relyingParties.flatMap(({ name, file, needs, version }) => {
    const result = files.find((each) => each.name.endsWith(`/interop/${file}.test.js`));
    if (result === undefined) return [];
    const toolchain = toolchains.find((each) => each.name === needs);
    return [[name, version(), toolchain?.version || needs || "Node.js", describeOutcome(result, toolchain)]];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function describeOutcome({ status, assertionResults }, toolchain) {
  if (toolchain !== undefined && toolchain.state !== "ready")
    return `not run: ${toolchain.reason.split("\n")[0]} (needed: ${toolchain.hint})`;
  const count = (name) => assertionResults.filter((each) => each.status === name).length;
  if (count("failed") > 0 || status === "failed") return `${count("passed")} passed, ${count("failed")} failed`;
  return count("passed") === 0 ? "not run" : `${count("passed")} passed`;
}
