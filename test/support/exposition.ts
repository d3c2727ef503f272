/** The text format of Prometheus, read strictly: a line that is not as the format says is an error. */
export interface Exposition {
  /** Metric name to its type, in the order of the text. */
  readonly types: ReadonlyMap<string, string>;
  /** `name{label="value",...}`, labels in order of name, to the value. */
  readonly samples: ReadonlyMap<string, number>;
  /** The value of one series; 0 where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.]+(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const labelPair = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.split("\n")) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type !== null) types.set(type[1] ?? "", type[2] ?? "");
    else if (line !== "" && !/^# HELP \S+ ./.test(line)) readSample(line, types, samples);
  }
  return { types, samples, value: (name, labels = {}) => samples.get(formatSeries(name, Object.entries(labels))) ?? 0 };
}

/** What changed between two scrapes: only series that moved. */
export function findMoves(before: Exposition, after: Exposition, pattern: RegExp): Record<string, number> {
  const moves: Record<string, number> = {};
  for (const [series, value] of after.samples) {
    const moved = value - (before.samples.get(series) ?? 0);
    if (moved !== 0 && pattern.test(series)) moves[series] = moved;
  }
  return moves;
}

function readSample(line: string, types: ReadonlyMap<string, string>, samples: Map<string, number>): void {
  const match = sampleLine.exec(line);
  const [, name = "", labels = "", value = ""] = match ?? [];
  const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
  if (match === null || !types.has(family)) throw new Error(`not a sample of a known metric: ${line}`);
  const series = formatSeries(name, readLabels(labels));
  if (samples.has(series)) throw new Error(`twice: ${line}`);
  samples.set(series, Number(value.replace("Inf", "Infinity")));
}

function readLabels(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  labelPair.lastIndex = 0;
  for (let at = 0; at < text.length; at = labelPair.lastIndex) {
    const [, name = "", value = ""] = labelPair.exec(text) ?? [];
    if (name === "") throw new Error(`not a list of labels: ${text}`);
    pairs.push([name, value]);
  }
  return pairs;
}

function formatSeries(name: string, labels: readonly (readonly [string, string])[]): string {
  const sorted = labels.map(([label, value]) => `${label}="${value}"`).sort();
  return sorted.length === 0 ? name : `${name}{${sorted.join(",")}}`;
}
