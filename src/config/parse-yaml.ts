import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { ConfigNode, MapEntry, MapNode, ScalarNode } from "./config-node.js";
import type { Place, ProblemList } from "./problem.js";

/** Deeper than any configuration; what lies deeper is an attack on whoever walks it. */
const maxDepth = 30;
/** More nodes than any configuration, aliases counted as often as they are used ("billion laughs"). */
const maxNodes = 100_000;
const start: Place = { line: 1, column: 1 };

/** Parses YAML 1.1 as Dex reads it. Undefined when the file can't be used at all; the problems say why. */
export function parseYaml(text: string, problems: ProblemList): MapNode | undefined {
  const template = findTemplate(text);
  if (template !== undefined) {
    problems.error(
      template,
      "the file is still a template ({{ ... }}): render it first (for example with gomplate or Helm) and give the result to Latchkey",
    );
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ""), {
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
    logLevel: "silent",
    prettyErrors: false,
  });
  const [broken] = document.errors;
  if (broken !== undefined) {
    problems.error(toPlace(lines, broken.pos[0]), `not valid YAML: ${broken.message}`);
    return undefined;
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { kind: "map", place: start, entries: [] };
  const node = new TreeReader(document, lines, problems).read(contents, 0);
  if (node === undefined) return undefined;
  if (node.kind === "map") return node;
  problems.error(node.place, "the file must hold keys and values");
  return undefined;
}

/** Template actions outside comments. Quoted ones count too: Dex would take the braces as they are, and nobody means that. */
function findTemplate(text: string): Place | undefined {
  const rows = text.split("\n");
  for (const [index, row] of rows.entries()) {
    const code = row.replace(/^\s*#.*$|\s#.*$/, "");
    const column = code.search(/\{\{.*\}\}|\{%.*%\}/);
    if (column !== -1) return { line: index + 1, column: column + 1 };
  }
  return undefined;
}

/** Walks the document once. Aliases are followed and merge keys spread, as Dex's reader does. */
class TreeReader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #problems: ProblemList;
  #nodes = 0;

  constructor(document: Document, lines: LineCounter, problems: ProblemList) {
    this.#document = document;
    this.#lines = lines;
    this.#problems = problems;
  }

  read(node: unknown, depth: number): ConfigNode | undefined {
    const place = this.#placeOf(node);
    this.#nodes += 1;
    if (depth > maxDepth || this.#nodes > maxNodes) {
      if (this.#nodes !== Number.POSITIVE_INFINITY)
        this.#problems.error(place, "the file is nested too deeply, or its aliases multiply");
      this.#nodes = Number.POSITIVE_INFINITY;
      return undefined;
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document), depth + 1);
    if (isMap(node)) return { kind: "map", place, entries: this.#readEntries(node, depth) };
    if (isSeq(node)) {
      const items = node.items.flatMap((item) => this.read(item, depth + 1) ?? []);
      return { kind: "list", place, items };
    }
    return isScalar(node) ? this.#readScalar(node, place) : { kind: "scalar", place, value: null, source: "" };
  }

  #readEntries(map: YAMLMap, depth: number): readonly MapEntry[] {
    const entries = new Map<string, MapEntry>();
    const merged: MapEntry[] = [];
    for (const { key, value } of map.items) {
      if (isScalar(key) && (key.value === "<<" || typeof key.value === "symbol")) {
        merged.push(...this.#readMerge(value, depth));
        continue;
      }
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
      const place = this.#placeOf(key);
      const read = this.read(value, depth + 1);
      if (read === undefined) continue;
      const earlier = entries.get(name);
      if (earlier !== undefined)
        this.#problems.warn(place, `${name} stands here again; the one in line ${earlier.place.line} has no effect`);
      entries.set(name, { key: name, place, value: read });
    }
    const inherited = merged.filter(({ key }) => !entries.has(key));
    return [...inherited, ...entries.values()];
  }

  #readMerge(value: unknown, depth: number): readonly MapEntry[] {
    const node = this.read(value, depth + 1);
    if (node?.kind === "map") return node.entries;
    return node?.kind === "list" ? node.items.flatMap((item) => (item.kind === "map" ? item.entries : [])) : [];
  }

  #readScalar(node: Scalar, place: Place): ScalarNode {
    const { value } = node;
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    const known = isPlain ? value : null;
    return { kind: "scalar", place, value: known, source: node.source ?? (known === null ? "" : String(known)) };
  }

  #placeOf(node: unknown): Place {
    const range = isNode(node) ? node.range : undefined;
    return range === undefined || range === null ? start : toPlace(this.#lines, range[0]);
  }
}

function toPlace(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
