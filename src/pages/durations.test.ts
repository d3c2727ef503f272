import { describe, expect, it } from "vitest";
import { formatDuration, formatInstant, formatSeconds } from "./durations.js";

describe("durations in words", () => {
  it("uses the largest unit that says it well", () => {
    expect(formatDuration(90 * 86_400_000)).toBe("90 days");
    expect(formatDuration(86_400_000)).toBe("1 day");
    expect(formatDuration(36 * 3_600_000)).toBe("36 hours");
    expect(formatDuration(90 * 60_000)).toBe("90 minutes");
    expect(formatDuration(1_000)).toBe("1 second");
  });

  it("counts short waits in seconds, as the countdown goes on", () => {
    expect(formatSeconds(120)).toBe("120 seconds");
    expect(formatSeconds(1)).toBe("1 second");
  });

  it("writes an instant in UTC", () => {
    expect(formatInstant(Date.UTC(2026, 2, 14, 9, 26, 53, 999))).toBe("2026-03-14 09:26:53 UTC");
  });
});
