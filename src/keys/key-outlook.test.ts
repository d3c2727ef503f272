import { describe, expect, it } from "vitest";
import type { KeyTimes } from "../records/key-rotation.js";
import { findKeyOutlook } from "./key-outlook.js";

const hour = 3_600_000;

function createKey(activeFrom: number, activeUntil?: number): KeyTimes {
  const times = { createdAt: 0, activeFrom, outputLifeMs: hour, leadMs: 0 };
  return activeUntil === undefined ? times : { ...times, activeUntil };
}

describe("the outlook on signing keys", () => {
  it("names the start of the pending key as the next rotation", () => {
    const keys = [createKey(0, 6 * hour), createKey(6 * hour, 12 * hour), createKey(12 * hour)];
    expect(findKeyOutlook(keys, 6.5 * hour, 6 * hour)).toEqual({
      active: 1,
      pending: 1,
      retired: 1,
      nextRotationAt: 12 * hour,
    });
  });

  it("expects a key without a successor to be followed after one period", () => {
    expect(findKeyOutlook([createKey(hour)], 2 * hour, 6 * hour)).toEqual({
      active: 1,
      pending: 0,
      retired: 0,
      nextRotationAt: 7 * hour,
    });
  });

  it("leaves out a key whose tokens have all expired", () => {
    const keys = [createKey(0, hour), createKey(hour)];
    expect(findKeyOutlook(keys, 4 * hour, 6 * hour)).toMatchObject({ active: 1, retired: 0 });
  });

  it("says that there is none", () => {
    expect(findKeyOutlook([], 0, hour)).toEqual({ active: 0, pending: 0, retired: 0 });
  });
});
