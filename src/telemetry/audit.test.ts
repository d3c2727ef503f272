import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../platform/events.js";
import { createAuditLog } from "./audit.js";
import { createLogger } from "./logger.js";

function openReport() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const report = createAuditLog(createLogger({ level: "info", format: "json", excludeFields: [], destination }));
  return (event: AuditEvent, origin?: { requestId: string; clientIp: string }) => {
    report(event, origin);
    const { time: _, ...line } = JSON.parse(lines.at(-1) ?? "");
    return line;
  };
}

const who = { clientId: "photos", subject: "CgcyMzQyNzQ5EgZnaXRodWI", grant: "g1" };

describe("audit log", () => {
  it("writes an event as one line: sentence, type and members in snake_case", () => {
    const report = openReport();
    expect(
      report({ type: "token.issued", ...who, grantType: "authorization_code", scopes: ["openid"], refreshToken: true }),
    ).toEqual({
      level: "INFO",
      event: "token.issued",
      client_id: "photos",
      subject: who.subject,
      grant: "g1",
      grant_type: "authorization_code",
      scopes: ["openid"],
      refresh_token: true,
      msg: "tokens issued",
    });
  });

  it("names the request and the address it came from, where an event has one", () => {
    const origin = { requestId: "req-1", clientIp: "192.0.2.7" };
    const line = openReport()(
      { type: "login.succeeded", clientId: "photos", connectorId: "ldap", subject: "s" },
      origin,
    );
    expect(line).toMatchObject({
      msg: "login successful",
      connector_id: "ldap",
      request_id: "req-1",
      client_remote_addr: "192.0.2.7",
    });
  });

  it("warns of failures and reuse, and of nothing else", () => {
    const report = openReport();
    const events: readonly AuditEvent[] = [
      { type: "login.failed", clientId: "photos", connectorId: "ldap", reason: "bad-credentials", username: "robin" },
      { type: "refresh.reuse-detected", ...who, revoked: true },
      { type: "code.reuse-detected", ...who },
      { type: "login.succeeded", clientId: "photos", connectorId: "ldap", subject: "s" },
      { type: "consent.granted", clientId: "photos", subject: "s", scopes: [] },
      { type: "consent.denied", clientId: "photos", subject: "s" },
      { type: "token.refreshed", ...who, outcome: "rotated" },
      { type: "grant.revoked", ...who, cause: "client", reason: "revoked by the client" },
      { type: "access-token.revoked", ...who },
      { type: "keys.scheduled", keyId: "k", algorithm: "RS256", signsFrom: "2026-03-14T09:26:53Z" },
    ];
    const levels = events.map((event) => report(event).level);
    expect(levels).toEqual(["WARN", "WARN", "WARN", ...Array.from({ length: 7 }, () => "INFO")]);
  });
});
