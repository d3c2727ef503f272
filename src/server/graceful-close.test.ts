import { once } from "node:events";
import { connect } from "node:net";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { addGracefulClose } from "./graceful-close.js";

describe("a stop", () => {
  it("does not wait for pipelined requests whose client has gone", async () => {
    const app = Fastify();
    const close = addGracefulClose(app);
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
  }, 90_000);
});
