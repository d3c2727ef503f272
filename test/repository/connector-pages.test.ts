import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectorTypes } from "../../src/connectors/catalogue.js";
import { parseMarkdown } from "../support/markdown-page.js";

const folders = readdirSync("src/connectors", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "shared")
  .map(({ name }) => name);
const index = parseMarkdown("docs/connectors/README.md", readFileSync("docs/connectors/README.md", "utf8"));

// That the pages are up to date is a test of configuration-page.test.ts, for all generated pages at once.
describe("docs/connectors/", () => {
  it.each(folders)("has a page of %s, and the table leads to it", (folder) => {
    expect(existsSync(join("docs/connectors", `${folder}.md`))).toBe(true);
    expect(index.links).toContain(`${folder}.md`);
  });

  it("has no page of a type that is gone", () => {
    const pages = readdirSync("docs/connectors").filter((name) => name !== "README.md");
    expect(pages.sort()).toEqual(folders.map((folder) => `${folder}.md`).sort());
  });

  it.each([...connectorTypes.keys()])("has a row for %s, which leads to a page", (type) => {
    expect(index.text).toMatch(new RegExp(`^\\| \\[\`${type}\`\\]\\([\\w-]+\\.md\\) \\|`, "m"));
  });

  it.each(folders)("shows a configuration with %s that works", (folder) => {
    const page = parseMarkdown(folder, readFileSync(join("docs/connectors", `${folder}.md`), "utf8"));
    const shown = page.fences.filter(({ language, notes }) => language === "yaml" && notes.includes("latchkey"));
    expect(shown.length).toBeGreaterThan(0);
  });
});
