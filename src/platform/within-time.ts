/** Waits; ends early (resolved) when the signal says so. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/**
 * The outcome of `work`, or after `ms` that of `late`. Work that is late goes on: whoever started it sees to what it leaves
 * behind, and what it then rejects with is dropped.
 */
export async function withinTime<T>(pause: Pause, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([work, pause(ms, done.signal).then(late)]);
  } finally {
    done.abort();
  }
}
