const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const unitsMs = [hour, 10 * minute, minute, 10 * second];
const unitsInLife = 24;

/**
 * Rounds an expiry up (epoch ms), the coarser the farther away it is: to the hour from a day on, to the second below
 * four minutes. An expiry that slides with every use then changes once an hour instead of each time, and its index with it.
 */
export function roundExpiry(expiresAt: number, now: number): number {
  const unit = unitsMs.find((size) => expiresAt - now >= unitsInLife * size) ?? second;
  return Math.ceil(expiresAt / unit) * unit;
}
