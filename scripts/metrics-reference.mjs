// Writes docs/metrics.md from the tables of metrics: `npm run docs`. With a folder
// as argument the tables are taken from that build; with `--check` nothing is written, and a page that is out of date is
// an error.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const page = "docs/metrics.md";
const args = process.argv.slice(2);
const build = args.find((arg) => !arg.startsWith("--")) ?? ".build/src";
const { counters, gauges, histograms } = await load("telemetry/metrics/tables.js");
const { processMetrics } = await load("telemetry/metrics/process-table.js");

const intro = `# Metrics

<!-- Made from the tables in src/telemetry/metrics/ by scripts/metrics-reference.mjs: change those, not this page. -->

With \`telemetry.http\` in the [configuration](configuration.md#telemetry), \`GET /metrics\` on that listener answers in the
text format of Prometheus. It is never on the public listeners. It has no login: give it an address in your own network.
Without \`telemetry.http\` nothing is counted.

\`\`\`yaml
# latchkey.yaml
telemetry:
  http: 127.0.0.1:5558
\`\`\`

\`\`\`yaml
# prometheus.yml
rule_files: [latchkey.rules.yaml]
scrape_configs:
  - job_name: latchkey
    static_configs:
      - targets: ["127.0.0.1:5558"]
\`\`\`

- [deploy/grafana/latchkey.json](../deploy/grafana/latchkey.json) is a dashboard: import it and choose the data source.
- [deploy/prometheus/latchkey.rules.yaml](../deploy/prometheus/latchkey.rules.yaml) holds alert rules: reuse of a refresh
  token or code, errors, not ready, a stalled sweep, checkpoints that fail, a connector that is down, and more.

Every process counts for itself and from 0 at its start: sum over the instances. No label holds what a client or a person
has sent, and none names an application or a person: that is what the [events](events.md) are for. Requests to the
telemetry listener are not counted. Times are in seconds, instants in Unix time.

A histogram has a series \`_bucket\` for each bound (label \`le\`), and \`_sum\` and \`_count\`.
`;

const text = renderPage();
if (!args.includes("--check")) writeFileSync(page, text);
else if (readFileSync(page, "utf8") !== text) {
  console.error(`${page} is out of date: npm run docs`);
  process.exitCode = 1;
}

function renderPage() {
  const own = [...Object.values(counters), ...Object.values(gauges), ...Object.values(histograms)];
  return `${intro}
## Overview

| metric | type | labels | meaning |
| --- | --- | --- | --- |
${own.map(renderRow).join("\n")}

## Labels

${own.flatMap(renderLabels).join("\n\n")}

## Bounds of the histograms

${Object.values(histograms)
  .map(({ name, buckets }) => `- \`${name}\`: ${buckets.join(", ")}`)
  .join("\n")}

## The process

Registered by prom-client, for any Node.js process. The event loop is what all requests share: when
\`nodejs_eventloop_lag_p99_seconds\` grows, everything is slow.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
${processMetrics.map(renderRow).join("\n")}
`;
}

function renderRow({ name, type, help, labels }) {
  const names = Object.keys(labels).map((label) => `\`${label}\``);
  return `| \`${name}\` | ${type} | ${names.join(", ")} | ${help.replaceAll("|", "\\|")} |`;
}

function renderLabels({ name, labels }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return [];
  return [`\`${name}\`\n\n${entries.map(renderLabel).join("\n")}`];
}

function renderLabel([label, { meaning, values }]) {
  const list = Object.entries(values ?? {}).map(([value, told]) => `  - \`${value}\`: ${told}`);
  return [`- \`${label}\`: ${meaning}`, ...list].join("\n");
}

function load(path) {
  return import(pathToFileURL(resolve(build, path)).href);
}
