import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { usage } from "../../src/cli/usage.js";
import { createDiscoveryDocument } from "../../src/oidc/discovery-document.js";
import { routes } from "../../src/oidc/routes.js";
import { findConfigProblems } from "../support/config-fence.js";
import { findBrokenLink, parseMarkdown, readMarkdownPages } from "../support/markdown-page.js";

// A fence says by the words behind it what it is: ```yaml latchkey is a whole configuration, ```yaml latchkey part one
// that leaves out what a file needs besides. Both are loaded.
const pages = readMarkdownPages();
const fences = pages.flatMap(({ file, fences }) =>
  fences.map((fence, index) => ({ ...fence, where: `${file}, ${index + 1}` })),
);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));

function fencesOf(language: string) {
  return fences.filter((fence) => fence.language === language);
}

describe("links in the documentation", () => {
  it.each(pages)("of $file lead somewhere", (page) => {
    const broken = page.links.flatMap((href) => {
      const reason = findBrokenLink(page, href, pages);
      return reason === undefined ? [] : [`${href}: ${reason}`];
    });
    expect(broken).toEqual([]);
  });

  it.each([
    ["[a](none.md)", "there is no such file"],
    ["[a](README.md#none)", "there is no such heading"],
    ["[a](#none)", "there is no such heading"],
    ["[a](../other/README.md)", "leads out of the repository"],
    ["![a](docs/none.png)", "there is no such file"],
    ["[a](https://)", "no URL"],
  ])("are found where they lead nowhere: %s", (text, reason) => {
    const page = parseMarkdown("page.md", `# Some *heading* with \`code\`\n\n${text}\n`);
    expect(page.headings[0]?.anchor).toBe("some-heading-with-code");
    expect(page.links.map((href) => findBrokenLink(page, href, [page, ...pages]))).toEqual([reason]);
  });
});

describe("code in the documentation", () => {
  it("names its language, so that a forge colours it and these tests see it", () => {
    expect(fences.filter(({ language }) => language === "").map(({ where }) => where)).toEqual([]);
  });

  it.each(fencesOf("yaml").filter(({ notes }) => notes.includes("latchkey")))(
    "is a configuration without a problem: $where",
    async (fence) => {
      expect(await findConfigProblems(fence)).toEqual([]);
    },
  );

  it("is a configuration on at least three pages", () => {
    const shown = fencesOf("yaml").filter(({ notes }) => notes.includes("latchkey"));
    expect(new Set(shown.map(({ where }) => where.split(",")[0])).size).toBeGreaterThanOrEqual(3);
  });

  it.each(fencesOf("json"))("is JSON: $where", ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it.each(fencesOf("sh"))("is a shell script with commands that exist: $where", ({ text }) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(findUnknownCommands(text)).toEqual([]);
  });

  it.each([
    ["npm run nothing", "npm run nothing"],
    ["node dist/main.js start x.yaml", "latchkey start"],
    ["cat x | sudo latchkey serve --port 1 x.yaml", "--port"],
    ["node scripts/none.mjs", "scripts/none.mjs"],
  ])("is found where it names what does not exist: %s", (text, unknown) => {
    expect(findUnknownCommands(text)).toEqual([unknown]);
  });

  it.each(["npm ci && npm test", "docker build -t latchkey .", "printf x | latchkey hash-password --cost 12"])(
    "may be anything else: %s",
    (text) => {
      expect(findUnknownCommands(text)).toEqual([]);
    },
  );
});

describe("pages that list what exists", () => {
  it.each(Object.values(routes).filter((route) => route !== "" && route !== routes.assets))(
    "docs/endpoints.md has the path %s",
    (route) => {
      const shown = route.replaceAll(/:(\w+)/g, "{$1}");
      expect(readFileSync("docs/endpoints.md", "utf8")).toContain(`\`${shown}\``);
    },
  );

  it("docs/endpoints.md has every member of discovery that is an address", () => {
    const facts = { issuer: "", grantTypes: [], algorithms: [], challengeMethods: [] };
    const addresses = Object.entries(createDiscoveryDocument(facts)).filter(([name]) => /_(endpoint|uri)$/.test(name));
    const text = readFileSync("docs/endpoints.md", "utf8");
    expect(addresses.length).toBeGreaterThanOrEqual(5);
    expect(addresses.filter(([, address]) => !text.includes(`\`${String(address)}\``))).toEqual([]);
  });

  it("docs/events.md has every event with its sentence, and every attribute", () => {
    const text = readFileSync("docs/events.md", "utf8");
    const source = readFileSync("src/telemetry/audit.ts", "utf8");
    const sentences = [...source.matchAll(/^ {2}"([\w.-]+)": "(.+)",$/gm)];
    const attributes = [...source.matchAll(/^ {2}\w+: "(\w+)",$/gm)].map(([, name = ""]) => name);
    expect([sentences.length, attributes.length].every((count) => count > 10)).toBe(true);
    expect(sentences.filter(([, event, sentence]) => !text.includes(`| \`${event}\` | ${sentence} |`))).toEqual([]);
    expect(attributes.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(pages.filter(({ file }) => file.startsWith("docs/recipes/")))(
    "$file says when and with what it was run, or that it was not, and shows a configuration",
    ({ text, fences }) => {
      expect(text).toMatch(/\b20\d\d-\d\d-\d\d\*{0,2}\b.* with|replayed with `go-oidc`/s);
      expect(text).toMatch(/\d+\.\d+\.\d+/);
      expect(fences.some(({ notes }) => notes.includes("latchkey"))).toBe(true);
    },
  );

  it("docs/README.md leads to every page", () => {
    const index = pages.find(({ file }) => file === "docs/README.md");
    const led = index?.links.map((href) => join("docs", href)) ?? [];
    const all = pages.map(({ file }) => file).filter((file) => /^docs\/(recipes\/)?[^/]+\.md$/.test(file));
    expect(all.filter((file) => file !== "docs/README.md" && !led.includes(file))).toEqual([]);
  });
});

/** Of npm, of `latchkey`, and of this repository's own files. */
function findUnknownCommands(text: string): readonly string[] {
  const code = text.replaceAll("\\\n", " ").replaceAll(/(^|\s)#.*$/gm, "");
  const commands = code
    .split(/\n|[|;&]+|\$\(/)
    .map((command) => command.trim().replace(/^((sudo|[A-Z_]+=\S*)\s+)+/, ""));
  const files = [...code.matchAll(/(?<![\w./-])(?:scripts|bench)\/[\w./-]+/g)].flatMap(([path]) =>
    existsSync(path) ? [] : [path],
  );
  return [...commands.flatMap(findUnknownWords), ...files];
}

function findUnknownWords(command: string): readonly string[] {
  const [, script = "test"] = /^npm (?:run )?(test|start|(?<=run )[\w:-]+)/.exec(command) ?? [];
  if (!(script in scripts)) return [`npm run ${script}`];
  const [whole, name = ""] = /^(?:node dist\/main\.js|latchkey) +([\w-]*)/.exec(command) ?? [];
  if (whole === undefined) return [];
  const flags = command.split(/\s+/).filter((word) => word.startsWith("--"));
  const unknown = flags.filter((flag) => !usage.includes(flag.split("=")[0] ?? ""));
  return name === "help" || usage.includes(`latchkey ${name} `) ? unknown : [`latchkey ${name}`, ...unknown];
}
