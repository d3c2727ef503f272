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

/** Thrown for text that is no duration; the message is for the person who wrote it. */
export class DurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DurationError";
  }
}

/**
 * Parses a duration as Go's `time.ParseDuration` does, into milliseconds: an optional sign, then numbers with units
 * (`1h30m`, `500ms`, `1.5s`), or a bare `0`. There is no unit for days.
 */
export function parseDuration(text: string): number {
  const match = /^([+-]?)(.*)$/s.exec(text);
  const [, sign = "", rest = ""] = match ?? [];
  if (rest === "0") return 0;
  if (rest === "") throw new DurationError(`"${text}" is no duration`);
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    const part = /^(\d+(?:\.\d*)?|\.\d+)([^\d.\s]*)/.exec(rest.slice(at));
    const [whole = "", amount = "", unit = ""] = part ?? [];
    if (part === null) throw new DurationError(`"${text}" is no duration`);
    if (unit === "") throw new DurationError(`"${text}" has no unit; write for example "${text}s"`);
    const unitMs = unitsMs[unit];
    if (unitMs === undefined) {
      const hint = /^d(ays?)?$/.test(unit) ? `; write days in hours, such as ${Number(amount) * 24}h` : "";
      throw new DurationError(`"${text}" has the unknown unit "${unit}"${hint}`);
    }
    total += Number(amount) * unitMs;
    at += whole.length;
  }
  if (!Number.isSafeInteger(Math.round(total))) throw new DurationError(`"${text}" is too long`);
  return sign === "-" ? -total : total;
}
