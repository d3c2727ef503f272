import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Headings in code are messages: `...` stands for what changes.
const page = readFileSync("docs/troubleshooting.md", "utf8");
const messages = [...page.matchAll(/^### `(.+)`$/gm)].map(([, message = ""]) => message);
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => readFileSync(join("src", name), "utf8").replaceAll(/" \+\n\s+"|` \+\n\s+"/g, ""));

/** True where one file has all pieces of the message in this order. */
function isSaid(message: string): boolean {
  const pieces = message.split(/ ?\.\.\. ?/).filter((piece) => piece !== "");
  return sources.some((source) => {
    let at = 0;
    return pieces.every((piece) => {
      at = source.indexOf(piece, at);
      return at !== -1;
    });
  });
}

describe("docs/troubleshooting.md", () => {
  it("explains many messages", () => {
    expect(messages.length).toBeGreaterThan(50);
  });

  it.each(messages)("explains what is really said: %s", (message) => {
    expect(isSaid(message)).toBe(true);
  });

  it("would notice a message that is said no more", () => {
    expect(isSaid("the grant has ended in a way that nobody says")).toBe(false);
  });

  it("says each thing once", () => {
    expect(messages.length).toBe(new Set(messages).size);
  });
});
