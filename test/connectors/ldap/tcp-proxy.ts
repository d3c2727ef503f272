import { connect, createServer, type Server, type Socket } from "node:net";
import { findFreePort } from "../../support/test-server.js";

/** A way to a server that tests can cut, hold up, and count on. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that were opened so far. */
  opened(): number;
  /** Connections that are open now. */
  open(): number;
  /** Most connections that were open at one time. */
  mostOpen(): number;
  /** From now on nothing comes back from the server; connections stay open. */
  freeze(): void;
  /** Cuts all connections that are open. */
  cut(): void;
  /** Called with all that clients send; what it returns false for is not passed on, and the connection is cut. */
  watch(look: (sent: Buffer) => boolean): void;
  /** Called with all that clients send; what it gives is sent back, and the server hears nothing. Empty: silence. */
  interject(answer: (sent: Buffer) => Buffer | undefined): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let opened = 0;
  let most = 0;
  let isFrozen = false;
  let look: (sent: Buffer) => boolean = () => true;
  let findAnswer: (sent: Buffer) => Buffer | undefined = () => undefined;

  const server: Server = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port: target });
    opened += 1;
    sockets.add(client);
    most = Math.max(most, sockets.size);
    const end = (): void => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    client.on("data", (sent) => {
      const answer = findAnswer(sent);
      if (answer !== undefined) client.write(answer);
      else if (look(sent)) upstream.write(sent);
      else end();
    });
    upstream.on("data", (answer) => {
      if (!isFrozen) client.write(answer);
    });
    client.on("close", end).on("error", end);
    upstream.on("close", end).on("error", end);
  });
  const port = await findFreePort();
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));

  return {
    port,
    opened: () => opened,
    open: () => sockets.size,
    mostOpen: () => most,
    freeze: () => {
      isFrozen = true;
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    watch: (next) => {
      look = next;
    },
    interject: (next) => {
      findAnswer = next;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
