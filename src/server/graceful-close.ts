import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** Closes an application: no new connections, what is under way may finish until `withinMs`, then every socket goes. */
export type GracefulClose = (withinMs: number) => Promise<void>;

/**
 * Counts requests under way, because a server alone waits for connections: one that a client keeps open without need
 * would hold the stop until its time-out.
 */
export function addGracefulClose(app: FastifyInstance): GracefulClose {
  const underWay = new Map<Socket, number>();
  const watched = new WeakSet<Socket>();
  let onIdle: (() => void) | undefined;

  function settle(socket: Socket, left: number): void {
    if (left > 0) underWay.set(socket, left);
    else underWay.delete(socket);
    if (underWay.size === 0) onIdle?.();
  }

  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    // A pipelined answer that still waits for its turn when the client goes is never closed: its socket is.
    if (!watched.has(socket)) socket.once("close", () => settle(socket, 0));
    watched.add(socket);
    // Not the onResponse hook: it stays away when the client has gone before the answer.
    reply.raw.once("close", () => settle(socket, (underWay.get(socket) ?? 0) - 1));
    done();
  });

  function waitUntilIdle(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (underWay.size === 0) return resolve();
      const timer = setTimeout(resolve, withinMs);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return async (withinMs) => {
    const closed = app.close();
    await waitUntilIdle(withinMs);
    app.server.closeAllConnections();
    await closed;
  };
}
