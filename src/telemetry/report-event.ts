import type { AuditEvent, CountedEvent, ReportEvent, RequestOrigin } from "../platform/events.js";

/** Hands every event to the audit log and, where somebody counts, to the metrics. The one place that does. */
export function createEventReport(
  log: (event: AuditEvent, origin?: RequestOrigin) => void,
  count?: (event: AuditEvent | CountedEvent) => void,
): ReportEvent {
  return (event, origin) => {
    count?.(event);
    if (!isCountedOnly(event)) log(event, origin);
  };
}

function isCountedOnly(event: AuditEvent | CountedEvent): event is CountedEvent {
  return event.type === "refresh.refused" || event.type === "code.refused";
}
