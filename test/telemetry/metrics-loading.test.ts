import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { smallestConfig } from "../support/config-text.js";
import { createTempFolder } from "../support/temp-folder.js";
import { findFreePort } from "../support/test-server.js";

const program = new URL("../support/loaded-modules-program.js", import.meta.url).pathname;

async function startWith(telemetry: string): Promise<unknown> {
  const file = join(createTempFolder(), "config.yaml");
  const text = smallestConfig.replace("5556", String(await findFreePort()));
  writeFileSync(file, `${text}signer: { type: local, config: { algorithm: ES256 } }\n${telemetry}`);
  const { stdout } = spawnSync(process.execPath, [program, file, "fastify", "prom-client"], { encoding: "utf8" });
  return JSON.parse(stdout);
}

it("the library for metrics is loaded where there is a telemetry listener, and only there", async () => {
  expect(await startWith("")).toEqual(["fastify"]);
  expect(await startWith(`telemetry: { http: "127.0.0.1:${await findFreePort()}" }\n`)).toEqual([
    "fastify",
    "prom-client",
  ]);
});
