import { type Document, isScalar, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import type { MapNode } from "./config-node.js";
import { findDeepNesting, findTemplate } from "./inspect-text.js";
import { type Place, type ProblemList, startPlace } from "./problem.js";
import { TreeReader, toPlace } from "./tree-reader.js";

const tooDeep = "the file is nested too deeply for a configuration";
/** One mistake shifts what follows, so later errors tell less and less. */
const maxSyntaxErrors = 5;

/**
 * Parses YAML 1.1 as Dex reads it. Undefined when the file can't be used at all; the problems say why. In a `rendered`
 * text braces are part of a value.
 */
export function parseYaml(text: string, problems: ProblemList, state?: "rendered"): MapNode | undefined {
  const plain = text.replace(/^\ufeff/, "");
  const template = state === "rendered" ? undefined : findTemplate(plain);
  if (template !== undefined) {
    problems.error(
      template,
      "the file is still a template ({{ ... }}): render it first (for example with gomplate or Helm) and give the result to Latchkey; LATCHKEY_RENDER_TEMPLATES=true renders one that only reads environment variables",
    );
    return undefined;
  }
  const deep = findDeepNesting(plain);
  if (deep !== undefined) {
    problems.error(deep, tooDeep);
    return undefined;
  }
  return parsePlain(plain, problems);
}

function parsePlain(text: string, problems: ProblemList): MapNode | undefined {
  const lines = new LineCounter();
  const documents = readDocuments(text, lines);
  if (documents === undefined) {
    problems.error(startPlace, tooDeep);
    return undefined;
  }
  const [document, ...others] = documents;
  if (document === undefined) return { kind: "map", place: startPlace, entries: [] };
  if (reportErrors(document.errors, lines, problems)) return undefined;
  for (const { message, pos } of document.warnings) {
    problems.warn(toPlace(lines, pos[0]), `YAML: ${withoutValue(message)}`);
  }
  const second = others.map(({ contents }) => contents).find((node) => !(isScalar(node) && node.value === null));
  if (second?.range) {
    problems.warn(
      toPlace(lines, second.range[0]),
      "a second YAML document begins here: it has no effect, only the first one counts",
    );
  }
  return new TreeReader(document, lines, problems).readRoot();
}

/** Undefined when the parser's recursion ran out of stack. */
function readDocuments(text: string, lines: LineCounter): readonly Document.Parsed[] | undefined {
  try {
    const documents = parseAllDocuments(text, {
      version: "1.1",
      merge: true,
      uniqueKeys: false,
      lineCounter: lines,
      logLevel: "silent",
      prettyErrors: false,
    });
    return [...documents];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reports the first error of each line. True when there was one. */
function reportErrors(errors: readonly YAMLError[], lines: LineCounter, problems: ProblemList): boolean {
  const places = new Map<number, Place>();
  for (const error of errors) {
    const place = toPlace(lines, error.pos[0]);
    if (places.has(place.line)) continue;
    if (places.size === maxSyntaxErrors) break;
    places.set(place.line, place);
    problems.error(place, describe(error));
    // The parser has lost its way: it reports every token from here on.
    if (error.message.includes("in YAML stream")) break;
  }
  return errors.length > 0;
}

function describe({ message }: YAMLError): string {
  if (message.startsWith("Maximum call stack")) return tooDeep;
  return `not valid YAML: ${withoutValue(message)}`;
}

/** Without the text that the parser quotes behind a colon: it may be part of a secret. */
function withoutValue(message: string): string {
  return message.replace(/: .*$/s, "");
}
