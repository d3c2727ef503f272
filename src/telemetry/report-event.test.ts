import { expect, it } from "vitest";
import type { AuditEvent, CountedEvent } from "../platform/events.js";
import { createEventReport } from "./report-event.js";

const issued: AuditEvent = { type: "consent.denied", clientId: "photos", subject: "s" };
const refused: CountedEvent = { type: "refresh.refused", reason: "expired" };
const origin = { requestId: "req-1", clientIp: "192.0.2.7" };

it("counts every event, and logs those that have a line of their own, with where they came from", () => {
  const logged: unknown[] = [];
  const counted: unknown[] = [];
  const report = createEventReport(
    (...line) => logged.push(line),
    (event) => counted.push(event),
  );
  report(issued, origin);
  report(refused, origin);
  expect(counted).toEqual([issued, refused]);
  expect(logged).toEqual([[issued, origin]]);
});

it("logs where nobody counts", () => {
  const logged: unknown[] = [];
  createEventReport((event) => logged.push(event))(issued);
  expect(logged).toEqual([issued]);
});
