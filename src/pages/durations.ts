const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** "30 days", "12 hours": in the largest unit that fits evenly, or twice at least. `ms` is a duration in milliseconds. */
export function formatDuration(ms: number): string {
  const [unit, size] = units.find(([, length]) => ms >= length && (ms % length === 0 || ms >= 2 * length)) ?? units[3];
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(
    ms / size,
  );
}

/** "5 seconds", "1 second": always in seconds, as the countdown in the page goes on. */
export function formatSeconds(seconds: number): string {
  return new Intl.NumberFormat("en", { style: "unit", unit: "second", unitDisplay: "long" }).format(seconds);
}

/** "2026-03-14 09:26:53 UTC". `at` is an instant in epoch milliseconds. */
export function formatInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
