import type { BoundedQueue } from "../../platform/bounded-queue.js";
import { createBoundedQueue } from "../../platform/bounded-queue.js";
import type { LdapConnection } from "./connection.js";
import { OperationRefused, ServerUnavailable } from "./failures.js";
import type { LdapServer } from "./servers.js";
import { untilAborted } from "./time-limit.js";

/** A connection on which the service account has logged in. */
export interface ServiceConnection {
  readonly server: LdapServer;
  readonly connection: LdapConnection;
}

export interface PoolSettings {
  readonly maxConnections: number;
  /** Opens one more, at any server that answers. */
  readonly open: (signal: AbortSignal) => Promise<ServiceConnection>;
  /** Told that a connection broke on which something had just been asked. */
  readonly reportBroken: (server: LdapServer) => void;
}

export interface ConnectionPool {
  /**
   * Lends a connection. When it breaks, `work` runs once more on a fresh one, so `work` may do nothing that must not
   * happen twice. Rejects with `QueueFullError` when too many wait, with `ServerUnavailable` when the signal comes first.
   */
  use<T>(work: (connection: LdapConnection) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): void;
}

/** How many may wait for a connection; more than that is a flood, and waiting would only make it longer. */
export const maxWaiting = 200;
const idleMs = 60_000;

interface Idle extends ServiceConnection {
  readonly timer: NodeJS.Timeout;
}

export function createConnectionPool({ maxConnections, open, reportBroken }: PoolSettings): ConnectionPool {
  const queue: BoundedQueue = createBoundedQueue({ atOnce: maxConnections, waiting: maxWaiting });
  let idle: readonly Idle[] = [];
  let isClosed = false;

  /** The one that was used last: those beyond what is needed grow old and are closed. */
  function takeIdle(): ServiceConnection | undefined {
    for (let last = idle.at(-1); last !== undefined; last = idle.at(-1)) {
      idle = idle.slice(0, -1);
      clearTimeout(last.timer);
      if (last.connection.isOpen()) return last;
    }
    return undefined;
  }

  function giveBack({ server, connection }: ServiceConnection): void {
    if (isClosed || !connection.isOpen()) {
      connection.close();
      return;
    }
    const timer = setTimeout(() => {
      idle = idle.filter((each) => each.connection !== connection);
      connection.close();
    }, idleMs).unref();
    idle = [...idle, { server, connection, timer }];
  }

  function drop(broken: LdapServer): void {
    const [kept, dropped] = [
      idle.filter(({ server }) => server !== broken),
      idle.filter((each) => each.server === broken),
    ];
    idle = kept;
    for (const { timer, connection } of dropped) {
      clearTimeout(timer);
      connection.close();
    }
  }

  async function attempt<T>(lent: ServiceConnection, work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      const result = await work(lent.connection);
      giveBack(lent);
      return result;
    } catch (error) {
      if (error instanceof OperationRefused) giveBack(lent);
      else lent.connection.close();
      if (error instanceof ServerUnavailable) drop(lent.server);
      throw error;
    }
  }

  async function run<T>(work: (connection: LdapConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw tooLate();
    const reused = takeIdle();
    const lent = reused ?? (await open(signal));
    try {
      return await attempt(lent, work);
    } catch (error) {
      if (!(error instanceof ServerUnavailable) || signal.aborted) throw error;
      // One that lay idle may have been cut long ago: that says nothing of its server.
      if (reused === undefined) reportBroken(lent.server);
      return attempt(await open(signal), work);
    }
  }

  return {
    use: (work, signal) =>
      untilAborted(
        queue.run(() => run(work, signal)),
        signal,
        tooLate,
      ),
    close() {
      isClosed = true;
      for (const { timer, connection } of idle) {
        clearTimeout(timer);
        connection.close();
      }
      idle = [];
    },
  };
}

function tooLate(): ServerUnavailable {
  return new ServerUnavailable("the directory did not answer in time");
}
