/** Work was refused because as much as is allowed already waits. Callers answer 503 with Retry-After. */
export class QueueFullError extends Error {
  constructor() {
    super("the queue is full");
    this.name = "QueueFullError";
  }
}

export interface BoundedQueue {
  /** Runs `work` when a place is free. Rejects with `QueueFullError` at once when `waiting` others already wait. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A queue that tells how full it is. */
export interface MeasuredQueue extends BoundedQueue {
  load(): QueueLoad;
}

export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
  /** How often work was refused so far. */
  readonly refused: number;
}

/** At most `atOnce` pieces of work run, at most `waiting` wait, first come first served. */
export function createBoundedQueue(limits: { readonly atOnce: number; readonly waiting: number }): MeasuredQueue {
  const queue: (() => void)[] = [];
  let running = 0;
  let refused = 0;

  function release(): void {
    running -= 1;
    queue.shift()?.();
  }

  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      if (running >= limits.atOnce && queue.length >= limits.waiting) {
        refused += 1;
        return Promise.reject(new QueueFullError());
      }
      return new Promise<T>((resolve, reject) => {
        function start(): void {
          running += 1;
          // Called inside a promise: work that throws at once must free its place too.
          new Promise<T>((settle) => settle(work())).then(resolve, reject).finally(release);
        }
        if (running < limits.atOnce) start();
        else queue.push(start);
      });
    },
    load: () => ({ running, waiting: queue.length, refused }),
  };
}
