import { verify } from "@node-rs/bcrypt";
import { describe, expect, it } from "vitest";
import { createTestIo } from "../../test/support/test-io.js";
import { parseHash } from "../config/bcrypt-hash.js";
import { runHashPassword } from "./hash-password.js";

const cost = 10;

async function hashPiped(input: string | Buffer): Promise<string> {
  const { io, stdin, output } = createTestIo();
  stdin.end(input);
  expect(await runHashPassword({ cost }, io)).toBe(0);
  expect(output.stderr).toBe("");
  return output.stdout;
}

async function hashTyped(...chunks: readonly (string | Buffer)[]) {
  const { io, stdin, output, rawModes } = createTestIo({ isTTY: true });
  const result = runHashPassword({ cost }, io).then(
    () => "",
    (error: Error) => error.message,
  );
  for (const chunk of chunks) stdin.write(chunk);
  if (chunks.length === 0) stdin.end();
  return { error: await result, ...output, rawModes };
}

describe("hash-password from a pipe", () => {
  it("prints a hash that staticPasswords takes and the password matches, without one line end", async () => {
    for (const input of ["pässword", "pässword\n", "pässword\r\n"]) {
      const printed = await hashPiped(input);
      const { hash = "" } = { hash: "", ...parseHash(printed.trimEnd()) };
      expect(printed).toBe(`${hash}\n`);
      expect(hash).toMatch(/^\$2b\$10\$/);
      expect(await verify("pässword", hash)).toBe(true);
    }
  });

  it.each([
    ["", "the password is empty"],
    ["\n", "the password is empty"],
    ["two\nlines\n", "the password holds a line end"],
    ["x".repeat(73), "the password is longer than 72 bytes"],
    ["ä".repeat(37), "the password is longer than 72 bytes"],
  ])("refuses %j", async (input, message) => {
    await expect(hashPiped(input)).rejects.toThrow(message);
  });

  it("takes 72 bytes", async () => {
    const password = "ä".repeat(36);
    expect(await verify(password, (await hashPiped(password)).trim())).toBe(true);
  });
});

describe("hash-password at a terminal", () => {
  it("asks twice, shows nothing, and gives the terminal back as it was", async () => {
    const { error, stdout, stderr, rawModes } = await hashTyped("secret\rsecret\r");
    expect([error, stderr, rawModes]).toEqual(["", "Password: \nAgain: \n", [true, false, true, false]]);
    expect(await verify("secret", stdout.trim())).toBe(true);
  });

  it("takes corrections, and characters that come in pieces", async () => {
    const bytes = Buffer.from("ä😀x\u007f\u007f\u007fö\n");
    const pieces = [...bytes].map((byte) => Buffer.of(byte));
    const { stdout } = await hashTyped(...pieces, ...pieces);
    expect(await verify("ö", stdout.trim())).toBe(true);
  });

  it.each([
    ["two that differ", ["one\r", "two\r"], "the two passwords differ"],
    ["Ctrl+C", ["se\u0003"], "no password was given"],
    ["Ctrl+D", ["\u0004"], "no password was given"],
    ["a terminal that is gone", [], "no password was given"],
    ["nothing", ["\r", "\r"], "the password is empty"],
  ])("refuses %s", async (_name, chunks, message) => {
    const { error, stdout, rawModes } = await hashTyped(...chunks);
    expect([error, stdout, rawModes.at(-1)]).toEqual([message, "", false]);
  });
});
