import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "../../test/support/temp-folder.js";
import { createTestIo } from "../../test/support/test-io.js";
import { runCheck } from "./check.js";
import type { ConfigCommand } from "./command-line.js";

const good = `issuer: https://sso.example.com/dex
storage: {type: memory}
connectors: [{type: mockCallback, id: mock, name: Mock}]
`;

async function check(text: string, command: Partial<ConfigCommand> = { flags: { webHttpAddr: ":5556" } }) {
  const file = join(createTempFolder(), "dex.yaml");
  writeFileSync(file, text);
  const { io, output } = createTestIo();
  const code = await runCheck({ file, flags: {}, ...command }, io);
  return { code, stdout: output.stdout.replaceAll(file, "F"), stderr: output.stderr.replaceAll(file, "F") };
}

describe("check", () => {
  it("says that nothing is wrong, and ends with 0", async () => {
    expect(await check(good)).toEqual({ code: 0, stdout: "F: 0 errors, 0 warnings\n", stderr: "" });
  });

  it("ends with 0 where there are warnings alone", async () => {
    expect(await check(`${good}publicURL: x\n`)).toEqual({
      code: 0,
      stdout: "F: 0 errors, 1 warning\n",
      stderr: "F:4:1: warning: unknown key publicURL at the top level: it has no effect\n",
    });
  });

  it("tells every problem with its place, in the order of the file, and ends with 1", async () => {
    const { code, stdout, stderr } = await check(
      `${good}web: {tlsMinVersion: 1}\npublicURL: x\nexpiry: {id_tokens: 1h}\n`,
    );
    expect([code, stdout]).toEqual([1, "F: 2 errors, 1 warning\n"]);
    expect(stderr.split("\n")).toEqual([
      "F:4:22: error: web.tlsMinVersion: must be one of 1.2, 1.3",
      "F:5:1: warning: unknown key publicURL at the top level: it has no effect",
      'F:6:10: error: unknown key id_tokens in expiry (did you mean "idTokens"?)',
      "",
    ]);
  });

  it("takes the flags and the mode of serve", async () => {
    expect((await check(good, { flags: {} })).code).toBe(1);
    const flags = { webHttpAddr: ":5556" };
    expect((await check(`${good}publicURL: x\n`, { flags, mode: "strict" })).code).toBe(1);
    expect((await check(`${good}static_clients: []\n`, { flags, mode: "lenient" })).code).toBe(0);
  });

  it("says that a file is missing, or is none", async () => {
    const folder = createTempFolder();
    for (const [file, reason] of [
      [join(folder, "none.yaml"), "there is no such file"],
      [folder, "the file can't be read"],
    ] as const) {
      const { io, output } = createTestIo();
      expect(await runCheck({ file, flags: {} }, io)).toBe(1);
      expect(output.stderr).toBe(`${file}:1:1: error: ${reason}\n`);
    }
  });

  it("finds nothing wrong with the example", async () => {
    const { io, output } = createTestIo();
    expect([await runCheck({ file: "config.example.yaml", flags: {}, mode: "strict" }, io), output.stderr]).toEqual([
      0,
      "",
    ]);
  });
});
