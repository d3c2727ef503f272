import type { FastifyInstance } from "fastify";
import type { OnRequestEnd } from "./request-end.js";

/** Closes an application: no new connections, what is under way may finish until `withinMs`, then every socket goes. */
export type GracefulClose = (withinMs: number) => Promise<void>;

/**
 * Counts requests under way, because a server alone waits for connections: one that a client keeps open without need
 * would hold the stop until its time-out.
 */
export function addGracefulClose(app: FastifyInstance, onRequestEnd: OnRequestEnd): GracefulClose {
  let underWay = 0;
  let onIdle: (() => void) | undefined;

  app.addHook("onRequest", (request, reply, done) => {
    underWay += 1;
    onRequestEnd(request, reply, () => {
      underWay -= 1;
      if (underWay === 0) onIdle?.();
    });
    done();
  });

  function waitUntilIdle(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (underWay === 0) return resolve();
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
