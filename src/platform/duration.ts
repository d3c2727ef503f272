const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go counts nanoseconds in 64 bits: some 292 years. */
const longestMs = 2 ** 63 / 1e6;

/** Thrown for text that is no duration; the message is for the person who wrote it. */
export class DurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DurationError";
  }
}

/**
 * Parses a duration as Go's `time.ParseDuration` does, into whole milliseconds: an optional sign, then numbers with
 * units (`1h30m`, `500ms`, `1.5s`), or a bare `0`. There is no unit for days. What is shorter than a millisecond, but not
 * zero, is one: zero switches limits off. Throws `DurationError`.
 */
export function parseDuration(text: string): number {
  const match = /^([+-]?)(.*)$/s.exec(text);
  const [, sign = "", rest = ""] = match ?? [];
  if (rest === "0") return 0;
  if (rest === "") throw new DurationError(`${quote(text)} is no duration`);
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    const part = /^(\d+(?:\.\d*)?|\.\d+)([^\d.\s]*)/.exec(rest.slice(at));
    if (part === null) throw new DurationError(`${quote(text)} is no duration`);
    const [whole = "", amount = "", unit = ""] = part;
    total += Number(amount) * requireUnit(text, amount, unit);
    at += whole.length;
  }
  if (total >= longestMs) throw new DurationError(`${quote(text)} is too long`);
  const ms = total === 0 ? 0 : Math.max(1, Math.round(total));
  return sign === "-" && ms > 0 ? -ms : ms;
}

function requireUnit(text: string, amount: string, unit: string): number {
  if (unit === "") throw new DurationError(`${quote(text)} has no unit; write for example "${amount}s"`);
  const unitMs = unitsMs[unit];
  if (unitMs !== undefined) return unitMs;
  const hint = /^d(ays?)?$/i.test(unit) ? `; write days in hours, such as "${Number(amount) * 24}h"` : "";
  throw new DurationError(`${quote(text)} has the unknown unit ${quote(unit)}${hint}`);
}

/** A message is one line, however long and odd the text. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
