import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";

const head = smallestConfig.split("\n").slice(0, 3).join("\n");
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==",
  "base64",
);

function loadIcon(icon: string) {
  return loadText(`${head}\nconnectors: [{type: mockCallback, id: m, name: M, icon: ${JSON.stringify(icon)}}]\n`);
}

function loadFile(name: string, content: string | Buffer) {
  const file = join(createTempFolder(), name);
  writeFileSync(file, content);
  return loadIcon(file);
}

describe("icon of a connector", () => {
  it("is the name of a drawing, in any case", async () => {
    const { config, lines } = await loadIcon("KeyCloak");
    expect([config?.connectors[0]?.icon, lines]).toEqual([{ kind: "drawing", name: "keycloak" }, []]);
  });

  it("may be empty: the drawing of the type", async () => {
    const { config, lines } = await loadIcon("");
    expect([config?.connectors[0]?.icon, lines]).toEqual([undefined, []]);
  });

  it("of another name is refused, with the one that was meant", async () => {
    const { errors } = await loadIcon("keyclock");
    expect(errors).toEqual([
      expect.stringContaining('icon: there is no drawing "keyclock" (did you mean "keycloak"?)'),
    ]);
  });

  it.each([
    ["a.svg", svg, "image/svg+xml"],
    ["b.svg", `<?xml version="1.0"?>\n<!-- made by hand -->\n${svg}`, "image/svg+xml"],
    // What counts is what is in it.
    ["c.svg", png, "image/png"],
  ])("is a file: %s", async (name, content, mediaType) => {
    const { config, lines } = await loadFile(name, content);
    expect(lines).toEqual([]);
    expect(config?.connectors[0]?.icon).toEqual({
      kind: "file",
      mediaType,
      base64: Buffer.from(content).toString("base64"),
    });
  });

  it.each([
    ["a page", "<!doctype html><svg></svg>"],
    ["an SVG with a DOCTYPE, which can define endless entities", `<!DOCTYPE svg [<!ENTITY a "b">]>${svg}`],
    ["a script", "alert(1)"],
    ["another document", `<html>${svg}</html>`],
    ["a comment without an end", `<!-- ${svg}`],
    ["nothing", ""],
  ])("is refused where the file is %s", async (_, content) => {
    expect((await loadFile("x.svg", content)).errors).toEqual([expect.stringContaining("is neither SVG")]);
  });

  it("is refused where the file is missing or too large", async () => {
    expect((await loadIcon("/does/not/exist.svg")).errors).toEqual([expect.stringContaining("can't be read")]);
    expect((await loadFile("x.svg", svg + " ".repeat(70_000))).errors).toEqual([
      expect.stringContaining("larger than 64 KiB"),
    ]);
  });
});
