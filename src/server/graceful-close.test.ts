import { once } from "node:events";
import { connect } from "node:net";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { createClientIpFinder } from "./client-ip.js";
import { addGracefulClose } from "./graceful-close.js";
import { createRequestEnd } from "./request-end.js";
import { createRequestFacts } from "./request-facts.js";
import { addRequestLog } from "./request-log.js";

describe("pipelined requests whose client has gone", () => {
  it("are over: a stop does not wait for them, and whoever counts requests is told of each", async () => {
    const app = Fastify();
    const onRequestEnd = createRequestEnd();
    const close = addGracefulClose(app, onRequestEnd);
    let [opened, closed] = [0, 0];
    const observer = { opened: () => void opened++, closed: () => void closed++ };
    addRequestLog(app, onRequestEnd, createRequestFacts(createClientIpFinder({ trustedProxies: [] })), observer);
    let arrived = 0;
    const all = new Promise<void>((resolve) => {
      app.get("/", () => {
        arrived += 1;
        if (arrived === 3) resolve();
        return new Promise(() => undefined);
      });
    });
    const { port } = new URL(await app.listen({ port: 0, host: "127.0.0.1" }));
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
    await all;
    socket.destroy();
    await once(socket, "close");
    const started = performance.now();
    await close(60_000);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect([opened, closed]).toEqual([3, 3]);
  }, 90_000);
});
