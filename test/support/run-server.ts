import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** On 127.0.0.1: ready when something listens there. */
  readonly port: number;
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface RunningServer {
  /** All that it has written. */
  output(): string;
  stop(): Promise<void>;
}

/** Runs a server of the machine in the foreground until it is stopped; resolves when its port is open. */
export async function runServer({ program, args, env = {}, port, user }: ServerCommand): Promise<RunningServer> {
  const written: string[] = [];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env }, ...user });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => written.push(chunk.toString("utf8")));
  }
  const exited = once(child, "exit");
  while (!(await isOpen(port))) {
    if (isOver(child)) throw new Error(`${program} ended: ${written.join("")}`);
    await nextTurn();
  }
  return {
    output: () => written.join(""),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
