import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationError, parseDuration } from "./duration.js";

describe("parseDuration reads what Go's time.ParseDuration reads", () => {
  it.each([
    ["0", 0],
    ["5s", 5_000],
    ["24h", 86_400_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["5.s", 5_000],
    ["100ms", 100],
    ["2000us", 2],
    ["2000µs", 2],
    ["1ns", 1],
    ["-1m", -60_000],
    ["+1m", 60_000],
    ["2160h", 7_776_000_000],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms);
  });

  it.each(["", "10", "1d", "1 h", "h", "1h 30m", "--1s", "1e3s", "abc", "1h30", ".s"])("and refuses %j", (text) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });

  it("tells how to write days", () => {
    expect(() => parseDuration("7d")).toThrow("168h");
  });

  it("throws nothing else, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isFinite(parseDuration(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DurationError);
        }
      }),
    );
  });
});
