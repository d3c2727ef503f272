/** One metric: all that its registration and its line in docs/metrics.md are made from. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence; `# HELP` in the exposition. */
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelDefinition>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** A label and what it may hold: never what a client or a person has sent. */
export interface LabelDefinition {
  readonly meaning: string;
  /** Every value with its meaning, where the set is small. */
  readonly values?: Readonly<Record<string, string>>;
}
