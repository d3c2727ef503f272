/** A signal that comes when `signal` does, or after this time, whichever is first. */
export function within(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/** What `work` gives, or the rejection `tooLate` makes when the signal comes first. The work itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, tooLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(tooLate());
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
