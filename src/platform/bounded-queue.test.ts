import { describe, expect, it } from "vitest";
import { createBoundedQueue, QueueFullError } from "./bounded-queue.js";

/** A piece of work that ends when told to. */
function createWork<T>(): { work: () => Promise<T>; end: (value: T) => void; fail: (error: Error) => void } {
  const { promise, resolve, reject } = withResolvers<T>();
  return { work: () => promise, end: resolve, fail: reject };
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let settle: { resolve: (value: T) => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    promise,
    resolve: (value) => settle?.resolve(value),
    reject: (error) => settle?.reject(error),
  };
}

describe("a bounded queue", () => {
  it("tells how much runs, waits and was refused", async () => {
    const queue = createBoundedQueue({ atOnce: 1, waiting: 1 });
    expect(queue.load()).toEqual({ running: 0, waiting: 0, refused: 0 });
    const [first, second] = [createWork<void>(), createWork<void>()];
    const done = [queue.run(first.work), queue.run(second.work)];
    await expect(queue.run(second.work)).rejects.toThrow(QueueFullError);
    expect(queue.load()).toEqual({ running: 1, waiting: 1, refused: 1 });
    first.end(undefined);
    second.end(undefined);
    await Promise.all(done);
    expect(queue.load()).toEqual({ running: 0, waiting: 0, refused: 1 });
  });

  it("never runs more pieces at once than it may, and runs them all in order", async () => {
    const queue = createBoundedQueue({ atOnce: 2, waiting: 10 });
    const started: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        queue.run(async () => {
          started.push(at);
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(started).toEqual(Array.from({ length: 12 }, (_, at) => at));
  });

  it("refuses at once when as many wait as may wait, and takes work again when there is room", async () => {
    const queue = createBoundedQueue({ atOnce: 1, waiting: 1 });
    const first = createWork<string>();
    const runs = [queue.run(first.work), queue.run(() => Promise.resolve("second"))];
    await expect(queue.run(() => Promise.resolve("third"))).rejects.toThrow(QueueFullError);
    first.end("first");
    expect(await Promise.all(runs)).toEqual(["first", "second"]);
    expect(await queue.run(() => Promise.resolve("fourth"))).toBe("fourth");
  });

  it("frees the place of work that fails, later or at once, and hands the failure on", async () => {
    const queue = createBoundedQueue({ atOnce: 1, waiting: 2 });
    const first = createWork<string>();
    const failed = queue.run(first.work);
    const throws = queue.run(() => {
      throw new Error("at once");
    });
    const next = queue.run(() => Promise.resolve("next"));
    first.fail(new Error("later"));
    await expect(failed).rejects.toThrow("later");
    await expect(throws).rejects.toThrow("at once");
    expect(await next).toBe("next");
  });
});
