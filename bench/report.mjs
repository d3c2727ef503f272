// A result as a page: the goals first, then every measurement.

/** Cost of a bare `node:http` answer on the machine that the goals in absolute figures were set on (ms CPU per 1,000). */
const referenceBareMs = 20;

export function renderReport(result) {
  const { machine, settings } = result;
  return `# Benchmark of ${machine.date.slice(0, 10)}

${machine.cpu}, ${machine.cores} cores${machine.hasIfma ? "" : ", no AVX-512 IFMA (slow RSA)"}, Node.js ${machine.node}. ${settings.seconds} s for each measurement,
${settings.families} families in the filled database. CPU is user and system time of all threads of the server.

${section("Goals", renderGoals(result))}${section("The machine alone", renderLimits(result))}${section("Start", renderStart(result))}${renderParts(result)}`;
}

function section(title, table) {
  return table === "" ? "" : `## ${title}\n\n${table}\n`;
}

function renderTable(head, rows) {
  if (rows.length === 0) return "";
  const lines = [head, head.map(() => "---"), ...rows];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

function renderLimits({ limits }) {
  const names = {
    RS256: "RS256 signatures, 16 in flight",
    ES256: "ES256 signatures, 16 in flight",
    EdDSA: "EdDSA signatures, 16 in flight",
    commits: "SQLite commits, one by one, `synchronous=FULL`",
    bcrypt: "bcrypt cost 10, as many at once as the server allows",
    bareHttp: "bare `node:http`, one core, 64 connections",
  };
  const rows = Object.entries(limits).map(([name, { perSecond, cpuMsPer1000 }]) => [
    names[name],
    round(perSecond),
    round(cpuMsPer1000),
  ]);
  return renderTable(["limit", "per second", "CPU ms per 1,000"], rows);
}

function renderStart({ start }) {
  if (start === undefined) return "";
  return renderTable(
    ["", "measured"],
    [
      ["start to first answer (median of 5)", `${round(start.readyMs)} ms`],
      ["memory, idle", `${round(start.idleMiB)} MiB`],
      ["of it not pages of files", `${round(start.idleOwnMiB)} MiB`],
    ],
  );
}

function renderParts({ runs }) {
  const parts = [...new Set(runs.map(({ part }) => part))];
  const head = [
    "",
    "connections",
    "per second",
    "CPU ms per 1,000",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "loop delay p99 ms",
    "MiB",
  ];
  return parts
    .map((part) => {
      const rows = runs
        .filter((run) => run.part === part)
        .map((run) => [
          run.row,
          run.connections,
          round(run.perSecond),
          round(run.cpuMsPer1000),
          ...[run.p50, run.p95, run.p99, run.loopDelayP99Ms].map((ms) => ms.toFixed(1)),
          round(run.rssMiB),
        ]);
      return section(part[0].toUpperCase() + part.slice(1), renderTable(head, rows));
    })
    .join("\n");
}

function renderGoals(result) {
  const rows = listGoals(result)
    .filter(({ value }) => value !== undefined && !Number.isNaN(value))
    .map(({ name, value, goal, isMost, unit = "" }) => {
      const isMet = isMost ? value <= goal : value >= goal;
      const show = (figure) => `${figure >= 10 ? round(figure) : figure.toFixed(2)}${unit}`;
      return [name, show(value), `${isMost ? "at most" : "at least"} ${show(goal)}`, isMet ? "met" : "**not met**"];
    });
  return renderTable(["goal", "measured", "wanted", ""], rows);
}

function listGoals(result) {
  const { limits, start, machine, settings } = result;
  const find = (part, row, connections) =>
    result.runs.find(
      (run) => run.part === part && run.row === row && (connections === undefined || run.connections === connections),
    );
  const cpu = (part, row, connections) => find(part, row, connections)?.cpuMsPer1000;
  const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b);
  const both = "algorithms, both cores";
  const one = "algorithms, one core";
  const peer = (algorithm) =>
    ratio(cpu("beside a peer", `oidc-provider ${algorithm}`), cpu("beside a peer", `Latchkey ${algorithm}`));
  const peerRate = (algorithm) =>
    ratio(
      find("beside a peer", `Latchkey ${algorithm}`)?.perSecond,
      find("beside a peer", `oidc-provider ${algorithm}`)?.perSecond,
    );
  const slowdown = ratio(limits.bareHttp?.cpuMsPer1000, referenceBareMs);
  const filled = `${settings.families} families`;
  const tail = (row) => ratio(find("0 families", row, 64)?.p99, find("0 families", row, 64)?.p50);
  const percent = (value) => (value === undefined ? undefined : value * 100);
  return [
    {
      name: "RS256 refresh: CPU of its two signatures as a share of all",
      value: percent(ratio(2 * (limits.RS256?.cpuMsPer1000 ?? Number.NaN), cpu(both, "RS256 refresh"))),
      goal: machine.hasIfma ? 65 : 75,
      unit: " %",
    },
    {
      name: `ES256 refresh: CPU ms per 1,000 (goal of 220 scaled by bare HTTP, ${slowdown?.toFixed(1)} times the reference)`,
      value: cpu(both, "ES256 refresh"),
      goal: 220 * (slowdown ?? 1),
      isMost: true,
    },
    { name: "RS256 refresh, times as cheap as oidc-provider (CPU)", value: peer("RS256"), goal: 1.6 },
    { name: "ES256 refresh, times as cheap as oidc-provider (CPU)", value: peer("ES256"), goal: 2.5 },
    { name: "RS256 refresh, times as many per second as oidc-provider", value: peerRate("RS256"), goal: 1.6 },
    { name: "ES256 refresh, times as many per second as oidc-provider", value: peerRate("ES256"), goal: 2.5 },
    {
      name: "discovery, share of bare `node:http` (rate, one core)",
      value: percent(ratio(find("0 families", "discovery", 64)?.perSecond, limits.bareHttp?.perSecond)),
      goal: 70,
      unit: " %",
    },
    {
      name: "password logins, share of what bcrypt alone allows",
      value: percent(ratio(find("logins with a password", "alone")?.perSecond, limits.bcrypt?.perSecond)),
      goal: 90,
      unit: " %",
    },
    {
      name: "refreshes that remain during a login flood",
      value: percent(
        ratio(
          find("login flood", "refresh beside 32 logins")?.perSecond,
          find("login flood", "refresh alone")?.perSecond,
        ),
      ),
      goal: 70,
      unit: " %",
    },
    { name: "start to first answer", value: start?.readyMs, goal: 250 * (slowdown ?? 1), isMost: true, unit: " ms" },
    { name: "memory, idle", value: start?.idleMiB, goal: 75, isMost: true, unit: " MiB" },
    {
      name: "RS256 refresh with syncs 5 ms slower, share of the rate without",
      value: percent(
        ratio(find("syncs 5 ms slower", "RS256 refresh")?.perSecond, find(both, "RS256 refresh")?.perSecond),
      ),
      goal: 80,
      unit: " %",
    },
    {
      name: "ES256 refresh over two processes on one file, share of the rate of one",
      value: percent(
        ratio(find("two processes, one file", "ES256 refresh")?.perSecond, find(both, "ES256 refresh")?.perSecond),
      ),
      goal: 80,
      unit: " %",
    },
    ...["refresh", "code exchange", "userinfo", "discovery", "JWKS", "login (no password)"].map((row) => ({
      name: `${row}: p99 at 64 connections, times the p50`,
      value: tail(row),
      goal: 10,
      isMost: true,
    })),
    {
      name: "EdDSA refresh: CPU ms per 1,000, one core, times ES256's",
      value: ratio(cpu(one, "EdDSA refresh"), cpu(one, "ES256 refresh")),
      goal: 1.25,
      isMost: true,
    },
    {
      name: `cost of a refresh with ${settings.families} families, times that with none (64 connections)`,
      value: ratio(cpu(filled, "refresh", 64), cpu("0 families", "refresh", 64)),
      goal: 1.2,
      isMost: true,
    },
  ];
}

function round(value) {
  return String(Math.round(value));
}
