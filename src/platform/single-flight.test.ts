import { describe, expect, it } from "vitest";
import { createSingleFlight } from "./single-flight.js";

describe("a single flight", () => {
  it("runs once for all who come while it runs, and gives them one outcome", async () => {
    const once = createSingleFlight<number>();
    let runs = 0;
    const work = async (): Promise<number> => {
      await Promise.resolve();
      runs += 1;
      return runs;
    };
    expect(await Promise.all([once("a", work), once("a", work), once("a", work)])).toEqual([1, 1, 1]);
  });

  it("runs again for whoever comes after it has ended: an outcome is never kept", async () => {
    const once = createSingleFlight<number>();
    let runs = 0;
    const work = (): Promise<number> => Promise.resolve(++runs);
    expect(await once("a", work)).toBe(1);
    expect(await once("a", work)).toBe(2);
  });

  it("keeps keys apart", async () => {
    const once = createSingleFlight<string>();
    const both = [once("a", () => Promise.resolve("a")), once("b", () => Promise.resolve("b"))];
    expect(await Promise.all(both)).toEqual(["a", "b"]);
  });

  it("shares a failure and then forgets it", async () => {
    const once = createSingleFlight<string>();
    const failing = (): Promise<string> => Promise.reject(new Error("down"));
    const both = await Promise.allSettled([once("a", failing), once("a", failing)]);
    expect(both.map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
    expect(await once("a", () => Promise.resolve("up"))).toBe("up");
  });
});
