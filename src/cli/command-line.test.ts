import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCommandLine, UsageError } from "./command-line.js";

const word = fc.oneof(
  fc.constantFrom(
    "serve",
    "check",
    "hash-password",
    "version",
    "help",
    "-h",
    "--",
    "-",
    "--strict",
    "--lenient",
    "--cost",
  ),
  fc.constantFrom(
    "--web-http-addr",
    "--web-http-addr=",
    "--telemetry-addr=:1",
    "--strict=x",
    "--no-strict",
    "__proto__",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

describe("the command line", () => {
  it("is a command or a UsageError, whatever the words", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (args) => {
        try {
          expect(parseCommandLine(args)).toHaveProperty("command");
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("gives the file and every address as they were typed, in any order", () => {
    const value = fc.stringMatching(/^[a-z/][a-z0-9./:]{0,20}$/);
    fc.assert(
      fc.property(value, value, value, fc.nat(2), (file, web, telemetry, at) => {
        const options = [`--web-http-addr=${web}`, `--telemetry-addr=${telemetry}`];
        options.splice(at, 0, file);
        expect(parseCommandLine(["serve", ...options])).toEqual({
          command: "serve",
          file,
          flags: { webHttpAddr: web, telemetryAddr: telemetry },
        });
      }),
    );
  });
});
