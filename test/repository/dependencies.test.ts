import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const Manifest = z.object({
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
const Locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  license: z.string().optional(),
});
const Lock = z.object({ packages: z.record(z.string(), Locked) });

const manifest = Manifest.parse(readJson("package.json"));
const lock = Lock.parse(readJson("package-lock.json"));
const page = readFileSync("docs/dependencies.md", "utf8");
/** Licences that ask for nothing but their notice. */
const permissive = /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0)$/;
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const direct = [
  ...list("Runtime", { ...manifest.dependencies, ...manifest.optionalDependencies }),
  ...list("Development", manifest.devDependencies),
];

/** An alias (`npm:NAME@VERSION`) counts by the version it stands for. */
function list(section: string, versions: Readonly<Record<string, string>>) {
  return Object.entries(versions).map(([name, version]) => ({
    name,
    version: version.replace(/^npm:.*@/, ""),
    section,
  }));
}

describe("docs/dependencies.md", () => {
  it.each(direct)("has a whole line for $name under $section, with its licence", ({ name, section }) => {
    const row = tableOf(section).find(([first]) => first === `\`${name}\``);
    const { license } = lock.packages[`node_modules/${name}`] ?? {};
    expect(row).toEqual([`\`${name}\``, expect.stringMatching(/\w/), expect.stringMatching(/\w/), license]);
  });

  it.each(["Runtime", "Development"])("names nothing under %s that is not used", (section) => {
    const used = direct.filter((each) => each.section === section).map(({ name }) => `\`${name}\``);
    expect(tableOf(section).map(([name]) => name)).toEqual(used.sort());
  });
});

describe("licences", () => {
  it("of everything that runs in production are permissive", () => {
    const runtime = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true);
    // `(A OR B)`: one of them is enough.
    const isFine = (license = "") =>
      license
        .replace(/[()]/g, "")
        .split(" OR ")
        .some((each) => permissive.test(each));
    expect(runtime.length).toBeGreaterThan(50);
    expect(runtime.filter(([, { license }]) => !isFine(license))).toEqual([]);
  });
});

describe("versions", () => {
  it.each(direct)("$name is exact, and locked as it is asked for", ({ name, version }) => {
    expect(version).toMatch(exact);
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it("are exact throughout package-lock.json, which names no server", () => {
    const others = Object.entries(lock.packages).filter(([path]) => path !== "");
    expect(others.length).toBeGreaterThan(100);
    expect(others.filter(([, { version, link }]) => link === true || !exact.test(version ?? ""))).toEqual([]);
    expect(others.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});

/** Cells of the rows of the table under a heading, without its two head rows. */
function tableOf(section: string): readonly string[][] {
  const text = page.split("\n## ").find((part) => part.startsWith(`${section}\n`)) ?? "";
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
