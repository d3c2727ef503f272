import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { findAliasTargets } from "./alias-targets.js";
import type { ConfigNode, MapEntry, MapNode, ScalarNode } from "./config-node.js";
import { type Place, type ProblemList, startPlace } from "./problem.js";

/** Deeper than any configuration. An alias within itself ends here too. */
const maxDepth = 30;
/** More nodes than any configuration, aliases counted as often as they are used ("billion laughs"). */
const maxNodes = 200_000;

/** Walks a YAML document once into our own tree. Aliases are followed and merge keys spread, as Dex's reader does. */
export class TreeReader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #problems: ProblemList;
  readonly #targets: ReadonlyMap<Alias, Node>;
  #nodes = 0;
  #isExhausted = false;

  constructor(document: Document, lines: LineCounter, problems: ProblemList) {
    this.#document = document;
    this.#lines = lines;
    this.#problems = problems;
    this.#targets = findAliasTargets(document);
  }

  /** The whole document, which must be a map. Undefined, and reported, when it can't be used. */
  readRoot(): MapNode | undefined {
    const node = this.#read(this.#document.contents, 0);
    if (this.#isExhausted || node === undefined) return undefined;
    if (node.kind === "map") return node;
    if (node.kind === "scalar" && node.value === null) return { kind: "map", place: startPlace, entries: [] };
    this.#problems.error(node.place, "the file must hold keys and values");
    return undefined;
  }

  #read(node: unknown, depth: number): ConfigNode | undefined {
    const place = this.#placeOf(node);
    this.#nodes += 1;
    if (this.#isExhausted) return undefined;
    if (depth > maxDepth || this.#nodes > maxNodes) {
      this.#isExhausted = true;
      this.#problems.error(place, "the file is nested too deeply, or its aliases multiply");
      return undefined;
    }
    if (isAlias(node)) return this.#readAlias(node, place, depth);
    if (isMap(node)) return { kind: "map", place, entries: this.#readEntries(node, depth) };
    if (isSeq(node)) {
      const items = node.items.flatMap((item) => this.#read(item, depth + 1) ?? []);
      return { kind: "list", place, items };
    }
    return isScalar(node) ? readScalar(node, place) : { kind: "scalar", place, value: null, source: "" };
  }

  #readAlias(node: Alias, place: Place, depth: number): ConfigNode | undefined {
    const target = this.#targets.get(node);
    if (target !== undefined) return this.#read(target, depth + 1);
    this.#problems.error(place, `the anchor &${node.source} does not stand before this alias`);
    return { kind: "scalar", place, value: null, source: "" };
  }

  #readEntries(map: YAMLMap, depth: number): readonly MapEntry[] {
    const entries = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        for (const entry of this.#readMerge(value, depth)) if (!merged.has(entry.key)) merged.set(entry.key, entry);
        continue;
      }
      const entry = this.#readEntry(key, value, depth);
      if (entry === undefined) continue;
      const earlier = entries.get(entry.key);
      if (earlier !== undefined) this.#problems.warn(entry.place, describeRepeat(entry.key, earlier.place));
      entries.set(entry.key, entry);
    }
    return [...[...merged.values()].filter(({ key }) => !entries.has(key)), ...entries.values()];
  }

  #readEntry(key: unknown, value: unknown, depth: number): MapEntry | undefined {
    const place = this.#placeOf(key);
    if (!isScalar(key)) {
      this.#problems.error(place, "a key must be plain text");
      return undefined;
    }
    const read = this.#read(value, depth + 1);
    return read === undefined ? undefined : { key: key.source ?? String(key.value), place, value: read };
  }

  /** Of several maps the first one that has a key counts (YAML merge keys). */
  #readMerge(value: unknown, depth: number): readonly MapEntry[] {
    const node = this.#read(value, depth + 1);
    const maps = node?.kind === "list" ? node.items : [node];
    return maps.flatMap((item) => {
      if (item?.kind === "map") return item.entries;
      if (item !== undefined) this.#problems.error(item.place, "<< takes a map, or a list of maps");
      return [];
    });
  }

  #placeOf(node: unknown): Place {
    const range = isNode(node) ? node.range : undefined;
    return range ? toPlace(this.#lines, range[0]) : startPlace;
  }
}

/** What both kinds of repeated keys say: equal to the letter, or but for case. */
export function describeRepeat(key: string, earlier: Place): string {
  return `${key} stands here again: the one in line ${earlier.line} has no effect`;
}

export function toPlace(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === "<<" || typeof key.value === "symbol") && key.type !== "QUOTE_DOUBLE";
}

/** Dates and the like are text: no key of the configuration is one, and Dex's reader has them as text too. */
function readScalar(node: Scalar, place: Place): ScalarNode {
  const { value } = node;
  const source = node.source ?? (value === null || value === undefined ? "" : String(value));
  if (value === null || value === undefined) return { kind: "scalar", place, value: null, source };
  if (value instanceof Uint8Array) return asText(Buffer.from(value).toString("utf8"), place);
  const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPlain ? { kind: "scalar", place, value, source } : asText(source, place);
}

function asText(value: string, place: Place): ScalarNode {
  return { kind: "scalar", place, value, source: value };
}
