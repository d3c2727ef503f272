import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { photosYaml, robinYaml } from "../support/relying-party.js";
import { createTempFolder } from "../support/temp-folder.js";

const compiled = fileURLToPath(new URL("../../src", import.meta.url));

/** Lays the launcher and this build out as the image does, under another prefix. */
function install(): string {
  const prefix = createTempFolder();
  mkdirSync(join(prefix, "bin"));
  mkdirSync(join(prefix, "lib/latchkey"), { recursive: true });
  symlinkSync(compiled, join(prefix, "lib/latchkey/dist"));
  symlinkSync(resolve("scripts"), join(prefix, "lib/latchkey/scripts"));
  // The folder of the launcher counts, not where a link leads.
  writeFileSync(join(prefix, "bin/latchkey"), readFileSync("deploy/latchkey"), { mode: 0o755 });
  symlinkSync("latchkey", join(prefix, "bin/dex"));
  return prefix;
}

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const child = spawn(program, args, { env: { PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const ended = once(child, "close");
  const listening = new Promise<void>((settle) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"listening"')) settle();
    });
  });
  return { child, lines, ended, listening };
}

describe("the launcher", () => {
  it.each(["latchkey", "dex"])("is there as %s, and hands its words and the exit code on", async (name) => {
    const { lines, ended } = start(join(install(), "bin", name), ["check", "a file"], {});
    expect(await ended).toEqual([1, null]);
    expect(lines).toContain("a file:1:1: error: there is no such file");
  });

  it.each([
    ["the right size where none is given", {}, false],
    ["the size that is given", { UV_THREADPOOL_SIZE: "2" }, true],
  ])("gives the thread pool %s, and becomes the server that signals reach", async (_title, env, isSmall) => {
    const prefix = install();
    const file = join(prefix, "dex.yaml");
    writeFileSync(
      file,
      `issuer: {{ .Env.ISSUER }}
web: { http: "127.0.0.1:0" }
storage: { type: memory }
logger: { format: json }
${photosYaml}${robinYaml}`,
    );
    const templates = { ISSUER: "http://127.0.0.1/dex", LATCHKEY_RENDER_TEMPLATES: "true" };
    const { child, lines, ended, listening } = start(join(prefix, "bin/dex"), ["serve", file], {
      ...env,
      ...templates,
    });
    await Promise.race([listening, ended]);
    expect(lines.join("\n")).toContain('"issuer":"http://127.0.0.1/dex"');
    expect(lines.some((line) => line.includes("UV_THREADPOOL_SIZE is not set"))).toBe(isSmall);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });
});
