import { parser } from "@prometheus-io/lezer-promql";

/** One metric as an expression asks for it. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** Labels that an aggregation keeps, and the metrics that it aggregates. */
export interface Grouping {
  readonly labels: readonly string[];
  readonly metrics: readonly string[];
}

type Node = ReturnType<typeof parser.parse>["topNode"];

/** Reads an expression with the grammar of Prometheus itself. Throws where it is none. */
export function parseExpression(text: string): {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
} {
  const found: { readonly node: Node; readonly selector: Selector }[] = [];
  const aggregations: Node[] = [];
  parser.parse(text).iterate({
    enter({ type, node }) {
      if (type.isError) throw new Error(`not PromQL at ${node.from}: ${text}`);
      if (type.name === "VectorSelector") found.push({ node, selector: readSelector(node, text) });
      if (type.name === "AggregateExpr") aggregations.push(node);
    },
  });
  const groupings = aggregations.map((node) => ({
    labels: readNames(node.getChild("AggregateModifier")?.getChild("GroupingLabels"), text),
    metrics: found.filter((each) => isWithin(each.node, node)).map(({ selector }) => selector.metric),
  }));
  return { selectors: found.map(({ selector }) => selector), groupings };
}

function readSelector(node: Node, text: string): Selector {
  const name = node.getChild("Identifier");
  if (name === null) throw new Error(`a selector without the name of a metric: ${text}`);
  const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return {
    metric: text.slice(name.from, name.to),
    matchers: matchers.map((matcher) => {
      const value = matcher.getChild("StringLiteral");
      return {
        label: readNames(matcher, text)[0] ?? "",
        values: text.slice((value?.from ?? 0) + 1, (value?.to ?? 1) - 1).split("|"),
      };
    }),
  };
}

function readNames(node: Node | null | undefined, text: string): readonly string[] {
  return (node?.getChildren("LabelName") ?? []).map(({ from, to }) => text.slice(from, to));
}

function isWithin(inner: Node, outer: Node): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}
