import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "./secret.js";

const secret = new Secret("correct horse");

describe("a secret", () => {
  it("gives its text to whoever asks for it by name", () => {
    expect(secret.reveal()).toBe("correct horse");
  });

  it.each([
    ["a template", () => `${secret}`],
    ["a concatenation", () => "".concat(String(secret))],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["console and util.format", () => format("%s %o %j", secret, secret, secret)],
    [
      "util.inspect at any depth, with hidden members",
      () => inspect({ a: { b: secret } }, { depth: 9, showHidden: true }),
    ],
    ["an error message", () => new Error(`bad ${secret}`).stack ?? ""],
    ["its own members", () => Object.entries(secret).flat().concat(Object.getOwnPropertyNames(secret)).join()],
  ])("does not show in %s", (_where, show) => {
    expect(show()).not.toContain("correct horse");
  });
});
