import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

interface ListedParty {
  readonly name: string;
  readonly file: string;
  readonly needs?: string;
  version(): string | undefined;
}

const page = readFileSync("docs/interoperability.md", "utf8");

/** First cells of the rows of the nth table, with the cell after each. */
function readTable(nth: number): readonly (readonly [string, string])[] {
  const tables = page.split(/\n\n/).filter((part) => part.startsWith("| "));
  const rows = (tables[nth] ?? "").split("\n").slice(2);
  return rows.map((row) => {
    const [, name = "", next = ""] = row.split("|").map((cell) => cell.trim());
    return [name, next];
  });
}

describe("docs/interoperability.md", () => {
  let parties: readonly ListedParty[];
  let describeRun: (toolchains: readonly object[], files: readonly object[]) => readonly string[];

  beforeAll(async () => {
    const script = await import(resolve("scripts/relying-parties.mjs"));
    parties = script.relyingParties;
    describeRun = script.describeRun;
  });

  it("names every relying party with the version that is pinned for it", () => {
    expect(readTable(0)).toEqual(parties.map(({ name, version }) => [name, version()]));
  });

  it("says of every relying party what to know", () => {
    expect(readTable(1).map(([name]) => name)).toEqual(parties.map(({ name }) => name));
  });

  it("covers every test file of test/interop", () => {
    const files = readdirSync("test/interop").filter((name) => name.endsWith(".test.ts"));
    expect([...new Set(parties.map(({ file }) => `${file}.test.ts`))].sort()).toEqual(files.sort());
  });

  it("has a table of a run that says what ran with which version, what failed, and what was missing", () => {
    const passed = { status: "passed" };
    const lines = describeRun(
      [
        { name: "go", state: "missing", version: "", reason: "go is not installed", hint: "Go 1.25" },
        { name: "java", state: "ready", version: "Java 17.0.1" },
      ],
      [
        { name: "/x/test/interop/go-oidc.test.js", status: "skipped", assertionResults: [{ status: "skipped" }] },
        { name: "/x/test/interop/nimbus.test.js", status: "passed", assertionResults: [passed, passed] },
        {
          name: "/x/test/interop/openid-client.test.js",
          status: "failed",
          assertionResults: [passed, { status: "failed" }],
        },
      ],
    );
    expect(lines.map((line) => line.replace(/ {2,}/g, " | "))).toEqual([
      expect.stringMatching(/^openid-client \| [\d.]+ \| Node\.js \| 1 passed, 1 failed$/),
      expect.stringMatching(/^go-oidc \| [\d.]+ \| go \| not run: go is not installed \(needed: Go 1\.25\)$/),
      expect.stringMatching(/^golang\.org\/x\/oauth2 \| [\d.]+ \| go \| not run: go is not installed/),
      expect.stringMatching(/^Nimbus oauth2-oidc-sdk \| [\d.]+ \| Java 17\.0\.1 \| 2 passed$/),
    ]);
  });
});
