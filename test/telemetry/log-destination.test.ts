import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

const writer = new URL("../support/log-writer.js", import.meta.url).pathname;

function start(ending: string, lines: number) {
  return spawn(process.execPath, [writer, ending, String(lines)], { stdio: ["ignore", "pipe", "pipe"] });
}

function countLines(log: string): number {
  return log.split("\n").filter((line) => line.includes("msg=line ")).length;
}

describe("log destination", () => {
  it.each([
    ["by itself", "", 0],
    ["by exit", "exit", 3],
    ["by a fault", "throw", 1],
  ])("loses no line when the process ends %s", async (_, ending, status) => {
    const child = start(ending, 3_000);
    const [log, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(code).toBe(status);
    expect(countLines(log)).toBe(3_000);
  });

  it("lets the process end when its reader has gone", async () => {
    const child = start("exit", 3_000);
    child.stderr.destroy();
    const [code] = await once(child, "exit");
    expect(code).toBe(3);
  });

  it("does not hold the event loop while nobody reads, and goes on when somebody does", async () => {
    const child = start("ticks", 5_000);
    const [longest] = await once(child.stdout.setEncoding("utf8"), "data");
    expect(Number(longest)).toBeLessThan(250);
    expect(countLines(await text(child.stderr))).toBe(5_000);
  });
});
