import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Calls back, once, when a request is over. */
export type OnRequestEnd = (request: FastifyRequest, reply: FastifyReply, ended: () => void) => void;

/**
 * A request is over when its response is closed, whether it was sent or the client went away (Fastify's onResponse hook
 * stays away then). A pipelined response that still waits for its turn when the client goes is never closed: its socket is.
 */
export function createRequestEnd(): OnRequestEnd {
  const openBySocket = new WeakMap<Socket, Set<() => void>>();

  function findOpen(socket: Socket): Set<() => void> {
    const known = openBySocket.get(socket);
    if (known !== undefined) return known;
    const open = new Set<() => void>();
    openBySocket.set(socket, open);
    socket.once("close", () => {
      for (const end of [...open]) end();
    });
    return open;
  }

  return (request, reply, ended) => {
    const open = findOpen(request.raw.socket);
    function end(): void {
      if (open.delete(end)) ended();
    }
    open.add(end);
    reply.raw.once("close", end);
  };
}
