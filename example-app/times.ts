const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clockTime = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** `29 Nov 2026, 03:07:12`, in the time zone of this machine. */
export function formatDate(time: number): string {
  return date.format(time);
}

/** `03:07:12`. */
export function formatClock(time: number): string {
  return clockTime.format(time);
}

/** `in 24 hours`, `12 seconds ago`. */
export function formatDistance(time: number, now: number): string {
  const seconds = Math.round((time - now) / 1000);
  if (seconds === 0) return "now";
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length * 1.5) ?? (["second", 1] as const);
  return relative.format(Math.round(seconds / size), unit);
}

const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;
