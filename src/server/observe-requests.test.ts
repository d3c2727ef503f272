import { describe, expect, it } from "vitest";
import { createLogger, type LoggerOptions } from "../telemetry/logger.js";
import type { EndpointName } from "../telemetry/metrics/port.js";
import { createRequestObserver } from "./observe-requests.js";

function observe(level: LoggerOptions["level"], endpoint: EndpointName, status: number): readonly string[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level, format: "json", excludeFields: [], destination });
  const request = { requestId: "r", method: "GET", route: "/x", durationMs: 1, clientIp: "192.0.2.7" };
  createRequestObserver(logger, undefined, () => endpoint).closed({ ...request, status });
  return lines.map((line) => JSON.parse(line).level);
}

describe("the request line", () => {
  it.each(["token", "userinfo", "authorize", "unknown"] as const)(
    "is written for %s, whatever came of it",
    (endpoint) => {
      expect(observe("info", endpoint, 200)).toEqual(["INFO"]);
      expect(observe("info", endpoint, 404)).toEqual(["INFO"]);
    },
  );

  it.each(["discovery", "jwks", "health", "assets"] as const)(
    "of %s, which is asked for all the time, needs the level debug unless something went wrong",
    (endpoint) => {
      expect(observe("info", endpoint, 200)).toEqual([]);
      expect(observe("info", endpoint, 304)).toEqual([]);
      expect(observe("debug", endpoint, 200)).toEqual(["DEBUG"]);
      expect(observe("info", endpoint, 405)).toEqual(["INFO"]);
      expect(observe("info", endpoint, 503)).toEqual(["WARN"]);
    },
  );
});
