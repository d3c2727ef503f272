import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { findFreePort } from "../support/test-server.js";

async function check(urls: readonly string[], override?: string): Promise<number | null> {
  const env = override === undefined ? {} : { LATCHKEY_HEALTH_URL: override };
  const child = spawn(process.execPath, ["deploy/image/healthcheck.mjs", ...urls], { env, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code;
}

async function serve(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, { location: "/loop" }).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
}

async function findSilence(): Promise<string> {
  return `http://127.0.0.1:${await findFreePort()}/`;
}

describe("the health check of the image", () => {
  it.each([
    [200, 0],
    [302, 0],
    [404, 0],
    [503, 1],
  ])("takes a %i for an exit code of %i", async (status, code) => {
    expect(await check([await serve(status)])).toBe(code);
  });

  it("goes on to the next address where nothing listens, and stops at the first answer", async () => {
    expect(await check([await findSilence(), await serve(404)])).toBe(0);
    expect(await check([await serve(503), await serve(200)])).toBe(1);
    expect(await check([await findSilence(), await findSilence()])).toBe(1);
  });

  it("asks LATCHKEY_HEALTH_URL alone where it is set", async () => {
    expect(await check([await serve(200)], await serve(503))).toBe(1);
    expect(await check([await findSilence()], await serve(200))).toBe(0);
  });
});
