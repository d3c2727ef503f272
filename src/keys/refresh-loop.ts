import type { Clock } from "../platform/clock.js";
import { createSingleFlight } from "../platform/single-flight.js";

/** Keeps what was read from storage fresh: now and then by itself, and when something unknown turns up. */
export interface RefreshLoop {
  /** Refreshes now; joins a refresh that runs. Rejects when it fails. */
  tick(): Promise<void>;
  /** For a value that names an unknown key: refreshes, unless the last time was less than `pauseMs` ago. */
  tickForUnknown(): Promise<void>;
  /** Ticks on a timer that does not keep the process alive. Failures are reported and what is known goes on. */
  start(): void;
  /** Resolves when no tick runs any more. */
  stop(): Promise<void>;
}

export interface RefreshLoopOptions {
  readonly refresh: () => Promise<void>;
  readonly clock: Clock;
  readonly everyMs: number;
  /** Anybody can send garbage: it must not become a read of the storage each time. */
  readonly pauseMs: number;
  readonly onFailure: (error: unknown) => void;
}

export function createRefreshLoop(options: RefreshLoopOptions): RefreshLoop {
  const flight = createSingleFlight<void>();
  const tick = (): Promise<void> => flight("row", options.refresh);
  let timer: NodeJS.Timeout | undefined;
  let timed: Promise<void> = Promise.resolve();
  let unknown: { readonly at: number; readonly done: Promise<void> } | undefined;

  return {
    tick,
    tickForUnknown() {
      const now = options.clock();
      if (unknown === undefined || Math.abs(now - unknown.at) >= options.pauseMs) unknown = { at: now, done: tick() };
      return unknown.done;
    },
    start() {
      timer ??= setInterval(() => {
        timed = tick().catch(options.onFailure);
      }, options.everyMs).unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await timed;
    },
  };
}
