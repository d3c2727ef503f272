import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { photosYaml, robinYaml } from "../support/relying-party.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    yaml: `storage: { type: memory }\n${photosYaml}${robinYaml}`,
    parts: { requestLimits: { timeoutMs: 300, lookEveryMs: 50 } },
  });
});

afterAll(async () => {
  await server.stop();
});

/** Sends the beginning of a request, then a byte now and then, until the server has had enough. */
async function dribble(first: string, drop: string): Promise<string> {
  const socket: Socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(first);
  const drops = setInterval(() => socket.write(drop), 20);
  try {
    return await text(socket);
  } finally {
    clearInterval(drops);
  }
}

const post = `POST /dex/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;

describe("a client that dribbles its request is sent away when the time is over (slow loris)", () => {
  it.each([
    ["in the head", "GET /dex/auth?x=", "y"],
    ["in a body of known length", `${post}Content-Length: 9000\r\n\r\n`, "a"],
    ["in a body of chunks", `${post}Transfer-Encoding: chunked\r\n\r\n`, "1\r\na\r\n"],
  ])("%s", async (_where, first, drop) => {
    expect(await dribble(first, drop)).toMatch(/^HTTP\/1\.1 408 /);
  });
});
