import { describe, expect, it } from "vitest";
import { withinTime } from "./within-time.js";

const never = (): Promise<never> => new Promise(() => undefined);

describe("withinTime", () => {
  it("is the outcome of work that ends in time, and ends the pause with it", async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const pause = (_ms: number, signal?: AbortSignal): Promise<void> => {
      signals.push(signal);
      return never();
    };
    expect(await withinTime(pause, 5, Promise.resolve("done"), () => "late")).toBe("done");
    await expect(withinTime(pause, 5, Promise.reject(new Error("broken")), () => "late")).rejects.toThrow("broken");
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  it("is what stands for late work when the pause is over", async () => {
    const asked: number[] = [];
    const pause = async (ms: number): Promise<void> => void asked.push(ms);
    expect(await withinTime(pause, 7, never(), () => "late")).toBe("late");
    expect(asked).toEqual([7]);
  });
});
