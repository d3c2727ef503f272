import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.js";
import { type AnsweredRequest, logRequest } from "./request-log.js";

function logged(request: Partial<AnsweredRequest>) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: "info", format: "json", excludeFields: [], destination });
  const base: AnsweredRequest = {
    requestId: "req-1",
    method: "GET",
    route: "/dex/auth",
    status: 200,
    durationMs: 1.23456,
    clientIp: "192.0.2.7",
  };
  logRequest(logger, { ...base, ...request }, "info");
  return lines;
}

describe("request log", () => {
  it("writes one line per request", () => {
    const lines = logged({});
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "INFO",
      request_id: "req-1",
      method: "GET",
      path: "/dex/auth",
      status: 200,
      duration_ms: 1.23,
      client_remote_addr: "192.0.2.7",
      msg: "request",
    });
  });

  it("never writes a query, which carries codes and sealed flows", () => {
    expect(logged({ route: "/dex/callback?code=secret&state=secret" }).join("")).not.toContain("secret");
    expect(logged({ route: "/dex/callback#code=secret" }).join("")).not.toContain("secret");
  });

  it("cuts a path that no route knows", () => {
    expect(JSON.parse(logged({ route: `/${"x".repeat(10_000)}`, status: 404 })[0] ?? "").path).toHaveLength(200);
  });

  it("warns of faults", () => {
    expect(JSON.parse(logged({ status: 503 })[0] ?? "").level).toBe("WARN");
    expect(JSON.parse(logged({ status: 404 })[0] ?? "").level).toBe("INFO");
  });
});
