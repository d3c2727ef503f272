import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadText } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";
import type { Environment } from "./expand-env.js";
import { formatProblem, ProblemList } from "./problem.js";
import { renderTemplate } from "./render-template.js";

function render(text: string, env: Environment = {}) {
  const problems = new ProblemList("f");
  const rendered = renderTemplate(text, env, problems);
  return { rendered, lines: problems.list().map(formatProblem) };
}

// What each means: text/template, "Text and spaces" and "Actions"; gomplate, "env functions" and `.Env`.
describe("what gomplate replaces is replaced alike", () => {
  const env = { ISSUER: "https://id.example.com", EMPTY: "", RAW: 'a"b: $X {{ c }}\n# d' };

  it.each([
    ["issuer: {{ .Env.ISSUER }}\n", "issuer: https://id.example.com\n"],
    ["issuer: {{.Env.ISSUER}}/dex", "issuer: https://id.example.com/dex"],
    ['{{ getenv "ISSUER" }}{{ getenv "ISSUER" "d" }}', "https://id.example.comhttps://id.example.com"],
    ['[{{ getenv "NONE" }}] [{{ getenv "NONE" "d" }}] [{{ getenv "NONE" "" }}]', "[] [d] []"],
    ['[{{ .Env.EMPTY }}] [{{ getenv "EMPTY" "d" }}]', "[] [d]"],
    ['{{ getenv `NONE` `a\\n"b"` }}', 'a\\n"b"'],
    ['{{ getenv "NONE" "a \\"b\\" }} \\\\ \\t c" }}!', 'a "b" }} \\ \t c!'],
    ["a \t\n{{- .Env.ISSUER }} b", "ahttps://id.example.com b"],
    ["a {{ .Env.ISSUER -}} \r\n b", "a https://id.example.comb"],
    ["{{\n.Env.ISSUER\n}}", "https://id.example.com"],
    ["# {{ .Env.ISSUER }}", "# https://id.example.com"],
    ["no template: {a: {b: c}} }}", "no template: {a: {b: c}} }}"],
    ["", ""],
  ])("%j", (text, rendered) => {
    expect(render(text, env)).toEqual({ rendered, lines: [] });
  });

  it("and a value goes in as it is, whatever it holds", () => {
    expect(render("x: {{ .Env.RAW }}{{ .Env.RAW }}", env)).toEqual({ rendered: `x: ${env.RAW}${env.RAW}`, lines: [] });
  });

  it("getenv reads the file that NAME_FILE names, without white space around, where NAME is not set", () => {
    const file = join(createTempFolder(), "secret");
    writeFileSync(file, "\n from a file \n");
    const text = '[{{ getenv "S" "d" }}]';
    expect(render(text, { S_FILE: file }).rendered).toBe("[from a file]");
    expect(render(text, { S: "set", S_FILE: file }).rendered).toBe("[set]");
    expect(render(text, { S_FILE: "" }).rendered).toBe("[d]");
    writeFileSync(file, "\n");
    expect(render(text, { S_FILE: file }).rendered).toBe("[d]");
  });
});

describe("a template that can't be rendered", () => {
  it.each([
    ["a: 1\nb: {{ .Env.NONE }}", "f:2:4: error: the variable NONE is not set"],
    ["a: 1\n\n  {{- if .Env.X }}", "f:3:3: error: a template action that is not supported"],
    ["a: {{ .Env.X | quote }}", "f:1:4: error: a template action that is not supported"],
    ['a: {{ env.Getenv "X" }}', "f:1:4: error: a template action that is not supported"],
    ['a: {{ getenv "X" "a" "b" }}', "f:1:4: error: a template action that is not supported"],
    ["a: {{ getenv X }}", "f:1:4: error: a template action that is not supported"],
    ["a: {{- }}", "f:1:4: error: a template action that is not supported"],
    ["a: {{/* note */}}", "f:1:4: error: a template action that is not supported"],
    ["# {{ range }}", "f:1:3: error: a template action that is not supported"],
    ["a: {{ .Env.X", "f:1:4: error: {{ is never closed"],
    ['a: {{ getenv "X" "}}', "f:1:4: error: a template action that is not supported"],
    ['a: {{ getenv "X" "\\x41" }}', "f:1:4: error: an escape that is not supported"],
    ['a: {{ getenv "Y" }}', "f:1:4: error: Y_FILE: there is no file /nowhere"],
  ])("%j is refused with its place", (text, line) => {
    const { rendered, lines } = render(text, { X: "x", Y_FILE: "/nowhere/at/all" });
    expect(rendered).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining(line)]);
  });

  it("tells all that is wrong in one run, and what would be right", () => {
    const { lines } = render("{{ .Env.A }}\n{{ end }} {{ .Env.B }}\n", {});
    expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["f:1:1:", "f:2:1:", "f:2:11:"]);
    expect(lines[1]).toContain('only {{ .Env.NAME }}, {{ getenv "NAME" }} and {{ getenv "NAME" "default" }}');
  });

  it("tells twenty errors at most", () => {
    expect(render("{{ end }}\n".repeat(50)).lines).toHaveLength(20);
  });

  it("never shows a value", () => {
    const { lines } = render("{{ .Env.SECRET | base64 }} {{ .Env.NONE }}", { SECRET: "hunter2" });
    expect(lines.join()).not.toContain("hunter2");
  });

  it("is refused where it would become larger than any configuration", () => {
    const { rendered, lines } = render("{{ .Env.X }}".repeat(40_000), { X: "x".repeat(100_000) });
    expect([rendered, lines]).toEqual([
      undefined,
      ["f:1:1: error: the rendered file is too large for a configuration"],
    ]);
  });

  it.each(["{{ ", "{{", '{{ "', "{{ `", "{{- `}}", "{{ ' }}", '{{ getenv "', " ", "{{ getenv `\n"])(
    "takes time in proportion to its length: %j over and over",
    (piece) => {
      const started = performance.now();
      render(`${piece.repeat(400_000 / piece.length)}{{- x }}`);
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );
});

describe("LATCHKEY_RENDER_TEMPLATES", () => {
  const text = `issuer: {{ getenv "ISSUER" "http://127.0.0.1/dex" }}
storage: {type: memory}
web: {http: "127.0.0.1:5556"}
connectors: [{type: mockPassword, id: m, name: M, config: {username: u, password: '{{ .Env.PASSWORD }}'}}]
`;
  const env = { PASSWORD: "{{ curly }}" };

  it.each(["true", "1", "T"])("%s renders the file before it is read as YAML", async (on) => {
    const { config, lines } = await loadText(text, { env: { ...env, LATCHKEY_RENDER_TEMPLATES: on } });
    expect(lines).toEqual([]);
    expect(config?.issuer.url).toBe("http://127.0.0.1/dex");
    expect(config?.connectors).toMatchObject([{ options: { username: "u" } }]);
  });

  it.each([undefined, "", "false", "0", "no"])("%s leaves the refusal, which names it", async (off) => {
    const { config, lines } = await loadText(text, { env: { ...env, LATCHKEY_RENDER_TEMPLATES: off } });
    expect(config).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining("LATCHKEY_RENDER_TEMPLATES=true renders one")]);
  });

  it("keeps the places of problems in lines that no value has moved", async () => {
    const more = `${text}publicURL: x\n`;
    const { lines } = await loadText(more, { env: { ...env, LATCHKEY_RENDER_TEMPLATES: "true" } });
    expect(lines).toEqual([expect.stringContaining("5:1: warning: unknown key publicURL")]);
  });
});
