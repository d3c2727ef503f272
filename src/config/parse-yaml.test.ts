import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigNode } from "./config-node.js";
import { parseYaml } from "./parse-yaml.js";
import { formatProblem, ProblemList } from "./problem.js";
import { toPlain } from "./read-shape.js";

function parse(text: string) {
  const problems = new ProblemList("f");
  const tree = parseYaml(text, problems);
  return { tree, value: tree && toPlain(tree), lines: problems.list().map((problem) => formatProblem(problem)) };
}

function sourceOf(text: string): string | undefined {
  const value = parse(`a: ${text}\n`).tree?.entries[0]?.value;
  return value?.kind === "scalar" ? value.source : undefined;
}

describe("YAML as Dex reads it", () => {
  it("has the booleans of YAML 1.1", () => {
    const { value } = parse("a: yes\nb: No\nc: on\nd: OFF\ne: True\nf: 'yes'\n");
    expect(value).toEqual({ a: true, b: false, c: true, d: false, e: true, f: "yes" });
  });

  it("keeps how numbers, booleans and dates were typed", () => {
    const typed = ["1.2", "12345", "1.20", "0o17", "017", "1_000", "12:30:45", "1e5", "yes", "2024-01-02", ".inf"];
    expect(typed.map(sourceOf)).toEqual(typed);
  });

  it("has dates as text, and binary values as what they hold", () => {
    expect(parse("a: 2024-01-02\nb: !!binary aGVsbG8=\n").value).toEqual({ a: "2024-01-02", b: "hello" });
  });

  it("takes JSON, a byte order mark, CR LF, a document start, and blanks at line ends", () => {
    for (const text of [
      '{"a":{"b":{"c":1}}}',
      "\ufeffa: {b: {c: 1}}",
      "a:\r\n  b:\r\n    c: 1\r\n",
      "---\na: \n  b:  \n    c: 1  \n...",
    ]) {
      expect(parse(text)).toMatchObject({ value: { a: { b: { c: 1 } } }, lines: [] });
    }
  });

  it("has nothing in an empty file, nor in one of comments", () => {
    for (const text of ["", "\n\n", "# a\n  # b", "---\n", "null", "~"]) {
      expect(parse(text)).toMatchObject({ value: {}, lines: [] });
    }
  });

  it("keeps non-ASCII names and keys that objects have of their own", () => {
    const { tree } = parse("__proto__: {a: 1}\nconstructor: 2\nnäme: Zürich\n");
    expect(tree?.entries.map(({ key }) => key)).toEqual(["__proto__", "constructor", "näme"]);
  });
});

describe("anchors and merge keys", () => {
  it("stand for what stood before them, whatever comes later", () => {
    expect(parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").value).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it("are filled up: what is written wins, of several maps the first", () => {
    const base = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n";
    const { value, lines } = parse(`${base}c: {z: 9, <<: [*a, *b]}\nd: {<<: *a, x: 8}\ne: {<<: {q: 7}}\n`);
    expect(value).toMatchObject({ c: { x: 1, y: 1, z: 9 }, d: { x: 8, y: 1 }, e: { q: 7 } });
    expect(lines).toEqual([]);
  });

  it("that are unknown, or merge what is no map, are errors with their place", () => {
    expect(parse("a: 1\nb: *nope\n").lines).toEqual([
      "f:2:4: error: the anchor &nope does not stand before this alias",
    ]);
    expect(parse("a: {<<: 3}\n").lines).toEqual(["f:1:9: error: << takes a map, or a list of maps"]);
  });
});

describe("a key that stands twice", () => {
  it("counts the last time, with a warning that names both lines", () => {
    const { value, lines } = parse("web: {a: 1}\nother: 1\nweb: {b: 2}\n");
    expect(value).toEqual({ other: 1, web: { b: 2 } });
    expect(lines).toEqual(["f:3:1: warning: web stands here again: the one in line 1 has no effect"]);
  });
});

describe("a second document", () => {
  it("has no effect, with a warning", () => {
    const { value, lines } = parse("a: 1\n---\nb: 2\n");
    expect(value).toEqual({ a: 1 });
    expect(lines).toEqual([expect.stringContaining("f:3:1: warning: a second YAML document begins here")]);
  });

  it("that is empty is none", () => {
    expect(parse("a: 1\n---\n").lines).toEqual([]);
  });
});

describe("what is no YAML", () => {
  it.each([
    ["a: 1\n\tb: 2\n", "f:2:1: error: not valid YAML: Tabs are not allowed"],
    ["a: 1\nb: [1, 2\nc: 3\n", "f:3:1: error: not valid YAML: Flow sequence"],
    ['a: 1\nb: "open\n', "f:3:1: error: not valid YAML: Missing closing"],
    ["a: 1\nb: @x\n", "f:2:4: error: not valid YAML: Plain value cannot start with reserved character @"],
    ["a: b: c\n", "f:1:4: error: not valid YAML: Nested mappings"],
  ])("%j is told with its place", (text, message) => {
    const { value, lines } = parse(text);
    expect(value).toBeUndefined();
    expect(lines[0]).toContain(message);
  });

  it("is told line by line, all of it in one run", () => {
    const { lines } = parse('a: "x" y\nb: @c\nc: fine\nd: `e`\n');
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["f:1:", "f:2:", "f:4:"]);
  });

  it("is told without the text around it, which may be a secret", () => {
    for (const text of [
      "secret: ]hunter2\n",
      "secret: |hunter2\n  x\n",
      'secret: "a" hunter2\n',
      "secret: }\nhunter2\n",
    ]) {
      const { lines } = parse(text);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join()).not.toContain("hunter2");
    }
  });

  it.each([
    ["- a\n- b\n", "the file must hold keys and values"],
    ["just text\n", "the file must hold keys and values"],
    ["? [a, b]\n: c\n", "a key must be plain text"],
  ])("%j holds no keys", (text, message) => {
    expect(parse(text).lines.join()).toContain(message);
  });

  it("warns of tags that nobody knows", () => {
    expect(parse("a: !vault x\n")).toMatchObject({
      value: { a: "x" },
      lines: ["f:1:4: warning: YAML: Unresolved tag"],
    });
  });
});

describe("a file that is still a template", () => {
  it.each([
    ["issuer: {{ .Env.DEX_ISSUER }}\n", "f:1:9:"],
    ['a: 1\nissuer: \'{{ getenv "X" "d" }}\'\n', "f:2:10:"],
    ["{{- if .Values.web }}\nweb: {}\n{{- end }}\n", "f:1:1:"],
    ["{% if x %}\na: 1\n{% endif %}\n", "f:1:1:"],
    ["a: &x {b: 1}\nc: {{ b }}\n", "f:2:4:"],
  ])("%j is refused with the line and what to do", (text, place) => {
    const { value, lines } = parse(text);
    expect(value).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining(`${place} error: the file is still a template`)]);
    expect(lines[0]).toContain("render it first");
  });

  it.each(["# {{ .Env.X }}\na: 1\n", "a: 1 # {{ x }}\n", '{"a":{"b":{"c":{}}}}', "a: '{{'\n", "a: '}} {{'\n"])(
    "%j is none",
    (text) => {
      expect(parse(text).lines).toEqual([]);
    },
  );
});

describe("hostile files (security cases 29, 30)", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefghij".split("").map((name, index) => {
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefghi"[index]}`).join()}]`;
    }),
  ].join("\n");
  const size = 300_000;

  it.each([
    ["an alias bomb", bomb],
    ["an alias within itself", "a: &a [*a]\n"],
    ["many brackets", "[".repeat(size)],
    ["many braces", "{".repeat(size)],
    ["brackets that nobody opened", "]".repeat(size)],
    ["closed brackets", `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`],
    ["lists in one line", `a:\n  ${"- ".repeat(size / 2)}`],
    ["keys in one line", "? ".repeat(size / 2)],
    ["deep blocks", Array.from({ length: 700 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ])("%s is refused at once", (_name, text) => {
    const { value, lines } = parse(text);
    expect(value).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/nested too deeply/)]);
  });

  it.each([
    ["many aliases", `a: &a 1\nb: [${"*a,".repeat(60_000)}]`],
    ["many anchors", `a: [${"&a x,".repeat(50_000)}]`],
    ["one long row of braces that never close", `a: '${"{{".repeat(100_000)}'`],
    ["one long row of comment signs", `a: '${" #".repeat(100_000)}\r x'`],
  ])("%s take no time", (_name, text) => {
    expect(parse(text).lines.length).toBeLessThan(2);
  });

  it("give a tree or an error, whatever the text", () => {
    const piece = fc.constantFrom(
      ...["a", "b: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "&x ", "*x", "<<: ", "!!set ", "!!omap ", "!!binary "],
      ...[
        "|\n",
        ">\n",
        '"',
        "'",
        "\n",
        "  ",
        "\t",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "1",
        "~",
        "\\",
        "\u0000",
        "é",
      ],
    );
    const yamlish = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), yamlish), (text) => {
        const { tree, lines } = parse(text);
        expect(tree !== undefined || lines.some((line) => line.includes(": error: "))).toBe(true);
        if (tree !== undefined) expect(findStrangePlace(tree)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});

function findStrangePlace(node: ConfigNode): unknown {
  const { line, column } = node.place;
  if (!(line >= 1 && column >= 1)) return node;
  if (node.kind === "list") return node.items.map(findStrangePlace).find(Boolean);
  return node.kind === "map" ? node.entries.map(({ value }) => findStrangePlace(value)).find(Boolean) : undefined;
}
