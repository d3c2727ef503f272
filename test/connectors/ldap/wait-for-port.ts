import { connect } from "node:net";

/** Asks until somebody answers on this port of loopback, for at most ten seconds. */
export async function waitForPort(port: number, who: string): Promise<void> {
  const givesUpAt = Date.now() + 10_000;
  while (!(await canConnect(port))) {
    if (Date.now() > givesUpAt) throw new Error(`${who} does not listen on port ${port}`);
    await new Promise((turn) => setTimeout(turn, 1));
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
