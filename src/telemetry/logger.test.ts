import { describe, expect, it } from "vitest";
import { Secret } from "../platform/secret.js";
import { createLogger, type LoggerOptions } from "./logger.js";

function openLog(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logger: createLogger({ level: "info", format: "json", excludeFields: [], destination, ...options }) };
}

const instant = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

describe("json log", () => {
  it("writes one object a line, with the level as a word and the time in ISO 8601", () => {
    const { lines, logger } = openLog();
    logger.warn({ client_id: "photos" }, "something happened");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/}\n$/);
    const { time, ...rest } = JSON.parse(lines[0] ?? "");
    expect(time).toMatch(new RegExp(`^${instant}$`));
    expect(rest).toEqual({ level: "WARN", client_id: "photos", msg: "something happened" });
  });

  it("leaves out what is below the level", () => {
    const { lines, logger } = openLog({ level: "warn" });
    logger.info("quiet");
    logger.error("loud");
    expect(lines).toHaveLength(1);
  });

  it("writes characters that drive a terminal or turn the text as escapes", () => {
    const { lines, logger } = openLog();
    const username = "a\u001b[2Jb\u009b2Jc\u202ed\u2028e\u007ff\ng😀é";
    logger.info({ username }, "x");
    expect(lines[0]).not.toMatch(/(?!\n$)[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(JSON.parse(lines[0] ?? "").username).toBe(username);
  });
});

describe("text log", () => {
  it("writes lines as Dex does", () => {
    const { lines, logger } = openLog({ format: "text" });
    logger.info({ connector_id: "ldap", groups: ["a", "b"], count: 3, ok: true, nothing: null }, "login successful");
    expect(lines[0]).toMatch(
      new RegExp(
        `^time=${instant} level=INFO msg="login successful" connector_id=ldap groups="\\[a b\\]" count=3 ok=true nothing=<nil>\n$`,
      ),
    );
  });

  it.each([
    ["plain", "plain"],
    ["", '""'],
    ["two words", '"two words"'],
    ["a=b", '"a=b"'],
    ['say "x"', '"say \\"x\\""'],
    ["back\\slash", "back\\slash"],
    ["back\\slash and blank", '"back\\\\slash and blank"'],
    ["line\nlevel=ERROR", '"line\\nlevel=ERROR"'],
    ["\u001b[2J", '"\\x1b[2J"'],
    ["\u009b\u202e\u2028", '"\\u009b\\u202e\\u2028"'],
    ["\u{e0001}", '"\\U000e0001"'],
    ["é日本😀", "é日本😀"],
  ])("quotes %j as Go's slog", (value, expected) => {
    const { lines, logger } = openLog({ format: "text" });
    logger.info({ value }, "x");
    expect(lines[0]).toMatch(/ value=/);
    expect(lines[0]?.split(" value=")[1]).toBe(`${expected}\n`);
  });

  it("names members of objects by their path", () => {
    const { lines, logger } = openLog({ format: "text" });
    logger.info({ outer: { inner: { deep: 1 }, other: "x" } }, "x");
    expect(lines[0]).toContain(" outer.inner.deep=1 outer.other=x\n");
  });

  it("keeps an event on one line, a stack included", () => {
    const { lines, logger } = openLog({ format: "text" });
    logger.error({ err: new Error("line\nbreak") }, "failed\nbadly");
    expect(lines[0]?.trimEnd()).not.toContain("\n");
    expect(lines[0]).toContain('msg="failed\\nbadly"');
  });
});

describe.each(["json", "text"] as const)("%s log", (format) => {
  it("never shows a secret, wherever it stands", () => {
    const { lines, logger } = openLog({ format });
    const secret = new Secret("hunter2");
    logger.child({ secret }).info({ secret, nested: { list: [secret] } }, "with %s and %j", secret, { secret });
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines[0]).toContain("[secret]");
  });

  it("drops excluded attributes at the top level, a child's included", () => {
    const { lines, logger } = openLog({ format, excludeFields: ["username", "email"] });
    logger
      .child({ email: "robin@example.com", kept: 1 })
      .info({ username: "robin", inner: { username: "inner" } }, "x");
    expect(lines[0]).not.toContain("robin");
    expect(lines[0]).toMatch(/kept.*inner/);
  });

  it("keeps time, level and message, even where they are to be excluded", () => {
    const { lines, logger } = openLog({ format, excludeFields: ["time", "level", "msg", "err"] });
    logger.info({ err: new Error("gone") }, "hello");
    expect(lines[0]).toMatch(/time.*hello/);
    expect(lines[0]).not.toContain("gone");
  });

  it("logs an error with code and causes, and nothing that a library hung on it", () => {
    const { lines, logger } = openLog({ format });
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED", config: { password: "hunter2" } });
    logger.error({ err: Object.assign(new Error("no answer", { cause }), { request: "hunter2" }) }, "upstream failed");
    expect(lines[0]).toContain("no answer");
    expect(lines[0]).toContain("ECONNREFUSED");
    expect(lines[0]).not.toContain("hunter2");
  });

  it("survives a chain of causes that bites its own tail", () => {
    const { lines, logger } = openLog({ format });
    const error = new Error("round");
    error.cause = error;
    logger.error({ err: error }, "x");
    expect(lines).toHaveLength(1);
  });
});
