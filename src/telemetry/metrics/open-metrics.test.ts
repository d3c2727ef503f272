import { describe, expect, it } from "vitest";
import { parseExposition } from "../../../test/support/exposition.js";
import type { MetricDefinition } from "./definition.js";
import { openMetrics } from "./open-metrics.js";
import type { Figures, Metrics } from "./port.js";
import { processMetrics } from "./process-table.js";
import { counters, gauges, histograms } from "./tables.js";

const own: readonly MetricDefinition[] = [counters, gauges, histograms].flatMap((table) => Object.values(table));

const figures: Figures = {
  isReady: true,
  rows: new Map([["grant", 3]]),
  passwords: { running: 1, waiting: 2, refused: 5 },
  keys: { active: 1, pending: 0, retired: 2, nextRotationAt: 7_000 },
  connectors: [{ id: 'odd "id"\n', isUp: false }],
};

function open(): Metrics {
  return openMetrics({ version: "1.2.3", nodeVersion: "20.0.0", connectorIds: ["ldap"], startedAt: 5_000 });
}

async function read(metrics: Metrics, changes: Partial<Figures> = {}) {
  return parseExposition((await metrics.render({ ...figures, ...changes })).body);
}

describe("the registry", () => {
  it("holds the metrics of the tables with their types, and no other", async () => {
    const { types } = await read(open());
    expect([...types].sort()).toEqual([...own, ...processMetrics].map(({ name, type }) => [name, type]).sort());
  });

  it("tells the help of the tables", async () => {
    const { body } = await open().render(figures);
    for (const { name, help } of [...own, ...processMetrics]) expect(body).toContain(`# HELP ${name} ${help}\n`);
  });

  it("is one of each server's own", async () => {
    const [first, second] = [open(), open()];
    first.logLineDropped();
    expect((await read(first)).value("latchkey_log_lines_dropped_total")).toBe(1);
    expect((await read(second)).value("latchkey_log_lines_dropped_total")).toBe(0);
  });

  it("has every series whose values are known at 0 from the start", async () => {
    const { samples } = await read(open());
    expect(samples.get('latchkey_refreshes_total{outcome="reused"}')).toBe(0);
    expect(samples.get('latchkey_logins_total{connector="ldap",outcome="bad-credentials"}')).toBe(0);
    expect(samples.get('latchkey_storage_checkpoints_total{outcome="failed"}')).toBe(0);
  });

  it("spells what is no number as Prometheus does, though two scrapes follow each other at once", async () => {
    const metrics = open();
    for (let i = 0; i < 3; i++) expect((await metrics.render(figures)).body).not.toMatch(/ Nan$/m);
  });
});

describe("figures", () => {
  it("are shown as they were read", async () => {
    const { value } = await read(open());
    expect(value("latchkey_ready")).toBe(1);
    expect(value("latchkey_storage_rows", { kind: "grant" })).toBe(3);
    expect(value("latchkey_password_checks_waiting")).toBe(2);
    expect(value("latchkey_password_checks_running")).toBe(1);
    expect(value("latchkey_signing_keys", { state: "retired" })).toBe(2);
    expect(value("latchkey_signing_key_next_rotation_timestamp_seconds")).toBe(7);
    expect(value("latchkey_build_info", { version: "1.2.3", node: "20.0.0" })).toBe(1);
  });

  it("that only grow are counted once, however often they are read", async () => {
    const metrics = open();
    await read(metrics);
    await read(metrics);
    const { value } = await read(metrics, { passwords: { ...figures.passwords, refused: 6 } });
    expect(value("latchkey_password_checks_refused_total")).toBe(6);
  });

  it("that can't be told now are absent, not as they were", async () => {
    const metrics = open();
    await read(metrics);
    const { rows: _, ...rest } = figures;
    const { body } = await metrics.render({ ...rest, isReady: false });
    expect(body).toContain("latchkey_ready 0\n");
    expect(body).not.toContain("latchkey_storage_rows{");
  });

  it("escape the id of a connector", async () => {
    const { body } = await open().render(figures);
    expect(body).toContain('latchkey_connector_up{connector="odd \\"id\\"\\n"} 0\n');
  });
});

describe("requests", () => {
  it("are in flight from their head to their end", async () => {
    const metrics = open();
    metrics.requestOpened();
    metrics.requestOpened();
    metrics.requestClosed("token", { status: 200, durationMs: 30 });
    const { value } = await read(metrics);
    expect(value("latchkey_http_requests_in_flight")).toBe(1);
    expect(value("latchkey_http_request_duration_seconds_bucket", { endpoint: "token", le: "0.025" })).toBe(0);
    expect(value("latchkey_http_request_duration_seconds_bucket", { endpoint: "token", le: "0.05" })).toBe(1);
  });

  it.each([
    [{ status: 200 }, "ok"],
    [{ status: 303 }, "ok"],
    [{ status: 404 }, "client_error"],
    [{ status: 503 }, "server_error"],
    [{ status: 400, error: "invalid_grant" }, "invalid_grant"],
    [{ status: 200, aborted: true, error: "invalid_grant" }, "aborted"],
  ])("%j counts as %s", async (request, outcome) => {
    const metrics = open();
    metrics.requestClosed("token", { ...request, durationMs: 1 });
    const labels = { endpoint: "token", status: String(request.status), outcome };
    expect((await read(metrics)).value("latchkey_http_requests_total", labels)).toBe(1);
  });
});

describe("work in the background", () => {
  it("shows a sweep that failed, and keeps the time of the last that did not", async () => {
    const metrics = open();
    expect((await read(metrics)).value("latchkey_sweep_last_success_timestamp_seconds")).toBe(5);
    metrics.swept({ outcome: "ok", removedRows: 70, durationMs: 2_000, endedAt: 65_000 });
    metrics.swept({ outcome: "failed", removedRows: 50, durationMs: 1_000, endedAt: 125_000 });
    const { value } = await read(metrics);
    expect(value("latchkey_sweep_last_success_timestamp_seconds")).toBe(65);
    expect(value("latchkey_sweep_removed_rows_total")).toBe(120);
    expect(value("latchkey_sweep_runs_total", { outcome: "failed" })).toBe(1);
    expect(value("latchkey_sweep_duration_seconds_sum")).toBe(3);
  });

  it("shows writes, their commits and what failed of them", async () => {
    const metrics = open();
    metrics.written(true, 4);
    metrics.written(false, 6);
    metrics.committed(12);
    metrics.checkpointed(true);
    metrics.checkpointed(false);
    const { value } = await read(metrics);
    expect(value("latchkey_storage_write_duration_seconds_sum")).toBeCloseTo(0.01);
    expect(value("latchkey_storage_write_errors_total")).toBe(1);
    expect(value("latchkey_storage_commit_writes_bucket", { le: "16" })).toBe(1);
    expect(value("latchkey_storage_commit_writes_bucket", { le: "8" })).toBe(0);
    expect(value("latchkey_storage_checkpoints_total", { outcome: "failed" })).toBe(1);
  });
});

describe("events", () => {
  const who = { clientId: "photos", subject: "s", grant: "g" };

  it("of a connector that is not configured have no series", async () => {
    const metrics = open();
    metrics.countEvent({ type: "login.succeeded", clientId: "photos", subject: "s", connectorId: "gone" });
    metrics.countEvent({ type: "login.succeeded", clientId: "photos", subject: "s", connectorId: "ldap" });
    const { body } = await metrics.render(figures);
    expect(body).not.toContain("gone");
    expect(body).toContain('latchkey_logins_total{connector="ldap",outcome="success"} 1\n');
  });

  it("of another grant type than the code are no redeemed codes", async () => {
    const metrics = open();
    const issued = { type: "token.issued", ...who, scopes: [], refreshToken: false } as const;
    metrics.countEvent({ ...issued, grantType: "password" });
    const { value } = await read(metrics);
    expect(value("latchkey_grants_issued_total", { grant_type: "password" })).toBe(1);
    expect(value("latchkey_codes_total", { outcome: "redeemed" })).toBe(0);
  });

  it("of a new signing key are counted", async () => {
    const metrics = open();
    metrics.countEvent({ type: "keys.scheduled", keyId: "k", algorithm: "RS256", signsFrom: "2026-03-14T09:26:53Z" });
    expect((await read(metrics)).value("latchkey_signing_keys_scheduled_total")).toBe(1);
  });
});
