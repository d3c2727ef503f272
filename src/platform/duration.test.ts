import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationError, parseDuration } from "./duration.js";

/** Text and nanoseconds as Go 1.19's `time.ParseDuration` gave them; undefined: refused. */
const goDurations: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["+0", 0],
  ["-0", 0],
  ["0s", 0],
  ["-0s", 0],
  ["1s", 1e9],
  ["1h30m", 5.4e12],
  ["1m1h", 3.66e12],
  ["1h1h", 7.2e12],
  ["24h0m0s", 8.64e13],
  ["500ms", 5e8],
  ["2000us", 2e6],
  ["2000µs", 2e6],
  ["2000μs", 2e6],
  ["5000000ns", 5e6],
  ["1.5s", 1.5e9],
  [".5s", 5e8],
  ["1.s", 1e9],
  ["1.1h", 3.96e12],
  ["0.1s", 1e8],
  ["-5m", -3e11],
  ["+5m", 3e11],
  ["2160h", 7.776e15],
  ["2562047h", 9.2233692e18],
  ["2562048h", undefined],
  ["", undefined],
  ["1d", undefined],
  ["10", undefined],
  ["1 h", undefined],
  ["1h ", undefined],
  [" 1h", undefined],
  ["h", undefined],
  ["1h30", undefined],
  ["1e3s", undefined],
  ["1.1.1s", undefined],
  [".s", undefined],
  ["1_0s", undefined],
  ["--1s", undefined],
  ["1H", undefined],
];

describe("a duration", () => {
  it.each(goDurations)("%j is read as Go reads it", (text, ns) => {
    if (ns === undefined) expect(() => parseDuration(text)).toThrow(DurationError);
    else expect(parseDuration(text)).toBe(ns / 1e6);
  });

  it("keeps whole milliseconds, and never makes something into nothing", () => {
    const short = ["1500us", "1ms1us", "1µs", "1ns", "999999ns", "-1ns"];
    expect(short.map(parseDuration)).toEqual([2, 1, 1, 1, 1, -1]);
  });

  it("says how to write days, and numbers without a unit", () => {
    expect(() => parseDuration("90d")).toThrow('write days in hours, such as "2160h"');
    expect(() => parseDuration("10")).toThrow('has no unit; write for example "10s"');
    expect(() => parseDuration("")).toThrow('"" is no duration');
  });

  it("is whole milliseconds or a DurationError, whatever the text", () => {
    const part = fc.constantFrom("1", "9", ".", "h", "m", "ms", "s", "µs", "d", "-", "+", " ", "_", "e");
    const nearly = fc.array(part).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        try {
          expect(Number.isSafeInteger(parseDuration(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DurationError);
        }
      }),
    );
  });

  it("adds up its parts", () => {
    const count = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(count, count, count, count, (h, m, s, ms) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(((h * 60 + m) * 60 + s) * 1_000 + ms);
      }),
    );
  });
});
