import { isUtf8 } from "node:buffer";
import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from "ldapts";
import { type FilterNode, parseFilterList, parseModifiers } from "./filter-syntax.js";

/** The filter of a setting, ready to be sent. Absent: no condition. */
export function compileFilters(text: string | undefined): readonly Filter[] {
  return text === undefined || text.trim() === "" ? [] : parseFilterList(text).map(compile);
}

function compile(node: FilterNode): Filter {
  switch (node.kind) {
    case "and":
      return new AndFilter({ filters: node.parts.map(compile) });
    case "or":
      return new OrFilter({ filters: node.parts.map(compile) });
    case "not":
      return new NotFilter({ filter: compile(node.part) });
    case "present":
      return new PresenceFilter({ attribute: node.attribute });
    case "substrings":
      return compileSubstrings(node.attribute, node.pieces.map(requireText));
    case "extensible":
      return createExtensible(node.attribute, node, node.value);
    case "equal":
      return new EqualityFilter({ attribute: node.attribute, value: node.value });
    case "atLeast":
      return new GreaterThanEqualsFilter({ attribute: node.attribute, value: requireText(node.value) });
    case "atMost":
      return new LessThanEqualsFilter({ attribute: node.attribute, value: requireText(node.value) });
    case "like":
      return new ApproximateFilter({ attribute: node.attribute, value: requireText(node.value) });
  }
}

function compileSubstrings(attribute: string, pieces: readonly string[]): Filter {
  const any = pieces.slice(1, -1).filter((piece) => piece !== "");
  return new SubstringFilter({ attribute, initial: pieces[0] ?? "", any, final: pieces.at(-1) ?? "" });
}

/**
 * `attribute = value`, where the value comes from outside: it goes to the server as bytes beside the filter's structure
 * and never through the filter's text, so there is nothing to escape and nothing to forget (dex-connectors O-2). The
 * attribute may name a rule, as in `member:1.2.840.113556.1.4.1941:`, which Dex's filters take too.
 */
export function createMatch(attribute: string, value: Buffer): Filter {
  const [, name = "", modifiers = ""] = /^([^:]*)(:.*)?$/s.exec(attribute) ?? [];
  return modifiers === ""
    ? new EqualityFilter({ attribute: name, value })
    : createExtensible(name, parseModifiers(modifiers), value);
}

function createExtensible(
  attribute: string,
  { withDn, rule }: { readonly withDn: boolean; readonly rule: string },
  value: Buffer,
): Filter {
  return new ExtensibleFilter({ matchType: attribute, rule, dnAttributes: withDn, value: requireText(value) });
}

/** All of these; one stands for itself. */
export function allOf(filters: readonly Filter[]): Filter {
  const [only] = filters;
  return only !== undefined && filters.length === 1 ? only : new AndFilter({ filters: [...filters] });
}

/** Any of these; one stands for itself. */
export function anyOf(filters: readonly Filter[]): Filter {
  const [only] = filters;
  return only !== undefined && filters.length === 1 ? only : new OrFilter({ filters: [...filters] });
}

export function present(attribute: string): Filter {
  return new PresenceFilter({ attribute });
}

function requireText(value: Buffer): string {
  if (!isUtf8(value)) throw new Error("bytes that are no UTF-8 can only be compared by =");
  return value.toString("utf8");
}
