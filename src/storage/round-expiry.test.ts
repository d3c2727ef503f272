import fc from "fast-check";
import { expect, it } from "vitest";
import { roundExpiry } from "./round-expiry.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 27, 12, 34, 56, 789);

it("never makes an expiry earlier, and later by less than an hour and a twentieth of the life left", () => {
  const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  fc.assert(
    fc.property(instants, instants, (expiresAt, at) => {
      const late = roundExpiry(expiresAt, at) - expiresAt;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(Math.min(hour, Math.max(1_000, (expiresAt - at) / 20)));
    }),
  );
});

it.each([
  [90 * day, hour],
  [day, hour],
  [day - 1, 10 * minute],
  [30 * minute, minute],
  [10 * minute, 10_000],
  [minute, 1_000],
  [-day, 1_000],
])("rounds what ends in %i ms to multiples of %i ms", (lifeMs, unit) => {
  const rounded = roundExpiry(now + lifeMs, now);
  expect(rounded % unit).toBe(0);
  expect(rounded - (now + lifeMs)).toBeLessThan(unit);
});
