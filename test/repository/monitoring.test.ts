import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { MetricDefinition } from "../../src/telemetry/metrics/definition.js";
import { processMetrics } from "../../src/telemetry/metrics/process-table.js";
import { counters, gauges, histograms } from "../../src/telemetry/metrics/tables.js";
import { parseExpression } from "../support/promql.js";
import { runScript } from "../support/repository-script.js";

const own: readonly MetricDefinition[] = [counters, gauges, histograms].flatMap((table) => Object.values(table));
const known = new Map([...own, ...processMetrics].map((metric) => [metric.name, metric]));

/** What Prometheus adds to each series, or makes by itself. */
const targetLabels = ["job", "instance"];
const up: MetricDefinition = { name: "up", type: "gauge", help: "", labels: {} };

const Target = z.object({ expr: z.string(), legendFormat: z.string() });
const Panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  datasource: z.object({ uid: z.string() }).optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(Target).default([]),
});
const Dashboard = z.object({
  id: z.null(),
  uid: z.string(),
  title: z.string(),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(Panel),
});
const Rule = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.object({ severity: z.enum(["warning", "critical"]) }),
  annotations: z.object({ summary: z.string(), description: z.string() }),
});
const Rules = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(Rule) })) });

const dashboard = Dashboard.parse(JSON.parse(readFileSync("deploy/grafana/latchkey.json", "utf8")));
const rules = Rules.parse(parse(readFileSync("deploy/prometheus/latchkey.rules.yaml", "utf8"))).groups.flatMap(
  (group) => group.rules,
);
const shown = dashboard.panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));

/** The metric that a series belongs to. */
function findMetric(series: string): MetricDefinition | undefined {
  const family = known.get(series.replace(/_(bucket|sum|count)$/, ""));
  if (series !== family?.name && family?.type === "histogram") return family;
  const metric = series === "up" ? up : known.get(series);
  return metric?.type === "histogram" ? undefined : metric;
}

function labelsOf(series: string): readonly string[] {
  const labels = Object.keys(findMetric(series)?.labels ?? {});
  return [...labels, ...targetLabels, ...(series.endsWith("_bucket") ? ["le"] : [])];
}

/** Everything in an expression that is not in the tables; `labels`: what its texts name besides. */
function findMistakes(expression: string, labels: readonly string[] = []): readonly string[] {
  const { selectors, groupings } = parseExpression(expression);
  const series = selectors.map(({ metric }) => metric);
  const kept = series.flatMap(labelsOf);
  return [
    ...(series.length === 0 ? ["no metric"] : []),
    ...series.filter((metric) => findMetric(metric) === undefined),
    ...selectors.flatMap(({ metric, matchers }) => matchers.flatMap((matcher) => findWrongMatcher(metric, matcher))),
    ...groupings.flatMap((grouping) => {
      const within = grouping.metrics.flatMap(labelsOf);
      return grouping.labels.filter((label) => !within.includes(label));
    }),
    ...labels.filter((label) => !kept.includes(label)),
  ];
}

function findWrongMatcher(metric: string, { label, values }: { label: string; values: readonly string[] }) {
  if (!labelsOf(metric).includes(label)) return [`${metric}{${label}}`];
  const allowed = findMetric(metric)?.labels[label]?.values;
  return allowed === undefined ? [] : values.filter((value) => !Object.hasOwn(allowed, value));
}

/** Grafana's own variables, with values that a browser would put in. */
function fillIn(expression: string): string {
  return expression.replaceAll("$__rate_interval", "5m").replaceAll(/\$(job|instance)/g, "x");
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

describe("docs/metrics.md", () => {
  it("is what the tables say", () => {
    const build = process.env.TEST_BUILD ?? ".build";
    expect(runScript("metrics-reference.mjs", `${build}/src`, "--check")).toEqual({ status: 0, output: "" });
  });
});

describe("the names of our metrics", () => {
  it.each(own)("$name: prefix, unit and type as Prometheus wants them", ({ name, type, labels, help, buckets }) => {
    expect(name).toMatch(/^latchkey_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(buckets !== undefined).toBe(type === "histogram");
    expect(buckets ?? []).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
    expect(help).toMatch(/^[A-Z1].*\.$/);
    for (const label of Object.keys(labels)) expect(label).toMatch(/^(?!le$|job$|instance$)[a-z_]+$/);
  });

  it("are no person's, no client's and no address'", () => {
    const labels = own.flatMap((metric) => Object.keys(metric.labels));
    expect(labels.filter((label) => /client|user|subject|email|ip|addr|path|token/.test(label))).toEqual([]);
  });
});

describe("the dashboard", () => {
  it.each(shown)("$title: $expr", ({ expr, legendFormat }) => {
    expect(findMistakes(fillIn(expr), namesIn(legendFormat, /\{\{(\w+)\}\}/g))).toEqual([]);
  });

  it("shows every metric of our own", () => {
    const series = shown.flatMap(({ expr }) => parseExpression(fillIn(expr)).selectors.map(({ metric }) => metric));
    const names = new Set(series.map((each) => findMetric(each)?.name));
    expect(own.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it("has its rows in order, and lets the reader choose data source, job and instance", () => {
    const rows = dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title);
    expect(rows).toEqual(["Traffic", "Logins", "Refresh tokens", "Storage and signing", "Process"]);
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["job", "query"],
      ["instance", "query"],
    ]);
    for (const { type, datasource } of dashboard.panels)
      expect(datasource?.uid).toBe(type === "row" ? undefined : "$" + "{datasource}");
  });

  it("asks for its variables in series that there are", () => {
    const queries = dashboard.templating.list.flatMap(({ definition = "" }) => (definition === "" ? [] : [definition]));
    for (const query of queries) {
      const [, expr = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      expect(findMistakes(fillIn(expr), [label])).toEqual([]);
    }
  });

  it("lays no panel over another, and gives each a number of its own", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

describe("the alert rules", () => {
  it.each(rules)("$alert", ({ expr, annotations }) => {
    const texts = Object.values(annotations).join(" ");
    expect(findMistakes(expr, namesIn(texts, /\$labels\.(\w+)/g))).toEqual([]);
  });

  it("have names of their own, and watch what must not go unseen", () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const wanted = ["RefreshTokenReused", "ServerErrors", "NotReady", "SweepStalled", "CheckpointsFailing"];
    for (const name of [...wanted, "ConnectorDown"]) expect(names).toContain(`Latchkey${name}`);
  });
});

describe("the check of expressions", () => {
  it.each([
    ["latchkey_refreshs_total", "latchkey_refreshs_total"],
    ['latchkey_refreshes_total{reason="reused"}', "latchkey_refreshes_total{reason}"],
    ['latchkey_refreshes_total{outcome=~"rotated|stolen"}', "stolen"],
    ["sum by (client_id) (latchkey_refreshes_total)", "client_id"],
    ["sum by (le) (latchkey_refreshes_total)", "le"],
    ["latchkey_sweep_duration_seconds", "latchkey_sweep_duration_seconds"],
    ["latchkey_ready_bucket", "latchkey_ready_bucket"],
    ["time()", "no metric"],
  ])("finds what is wrong in %s", (expression, mistake) => {
    expect(findMistakes(expression)).toEqual([mistake]);
  });

  it("refuses what is no PromQL", () => {
    expect(() => findMistakes("sum(latchkey_ready")).toThrow("not PromQL");
  });
});
