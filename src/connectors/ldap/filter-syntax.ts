/** A search filter (RFC 4515) as a tree. Values are bytes: an escape may stand for part of a character. */
export type FilterNode =
  | { readonly kind: "and" | "or"; readonly parts: readonly FilterNode[] }
  | { readonly kind: "not"; readonly part: FilterNode }
  | { readonly kind: "present"; readonly attribute: string }
  | { readonly kind: "substrings"; readonly attribute: string; readonly pieces: readonly Buffer[] }
  | { readonly kind: "equal" | "atLeast" | "atMost" | "like"; readonly attribute: string; readonly value: Buffer }
  | {
      readonly kind: "extensible";
      readonly attribute: string;
      readonly withDn: boolean;
      readonly rule: string;
      readonly value: Buffer;
    };

/** Deeper than anybody writes by hand. */
const maxDepth = 50;

interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Reads the filter of a setting: one in parentheses, several in a row (Dex puts them into an `&` as they stand), or one
 * without its parentheses. Space between them is left out, so that a filter may fill several lines. Rejects anything else.
 */
export function parseFilterList(text: string): readonly FilterNode[] {
  const trimmed = text.trim();
  const cursor: Cursor = { text: trimmed.startsWith("(") ? trimmed : `(${trimmed})`, at: 0 };
  const filters = parseSeveral(cursor, 0);
  if (cursor.at < cursor.text.length) throw new Error(`the filter ends before character ${cursor.at + 1}`);
  return filters;
}

function parseSeveral(cursor: Cursor, depth: number): readonly FilterNode[] {
  const filters: FilterNode[] = [];
  for (skipSpace(cursor); cursor.text[cursor.at] === "("; skipSpace(cursor)) filters.push(parseOne(cursor, depth));
  return filters;
}

function parseOne(cursor: Cursor, depth: number): FilterNode {
  if (depth > maxDepth) throw new Error("too many parentheses of the filter stand in each other");
  cursor.at += 1;
  skipSpace(cursor);
  const operator = cursor.text[cursor.at];
  const node =
    operator === "&" || operator === "|" || operator === "!"
      ? parseOperator(cursor, operator, depth)
      : parseItem(cursor);
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== ")") throw new Error("a parenthesis of the filter is not closed");
  cursor.at += 1;
  return node;
}

function parseOperator(cursor: Cursor, operator: "&" | "|" | "!", depth: number): FilterNode {
  cursor.at += 1;
  const parts = parseSeveral(cursor, depth + 1);
  const [part] = parts;
  if (part === undefined) throw new Error(`in the filter, nothing in parentheses follows ${operator}`);
  if (operator !== "!") return { kind: operator === "&" ? "and" : "or", parts };
  if (parts.length > 1) throw new Error("in the filter, ! stands before more than one condition");
  return { kind: "not", part };
}

function parseItem(cursor: Cursor): FilterNode {
  const end = cursor.text.indexOf(")", cursor.at);
  if (end === -1) throw new Error("a parenthesis of the filter is not closed");
  const item = cursor.text.slice(cursor.at, end);
  const where = `the condition at character ${cursor.at + 1} of the filter`;
  cursor.at = end;
  const match = /^([\w.;-]*)\s*((?::[\w.-]+)*)(:=|>=|<=|~=|=)(.*)$/s.exec(item);
  if (match === null) throw new Error(`${where} is none`);
  const [, attribute = "", modifiers = "", operator = "", value = ""] = match;
  if (value.includes("(")) throw new Error(`${where} holds a parenthesis: write \\28`);
  if (operator === ":=") return parseExtensible(attribute, modifiers, value);
  if (attribute === "" || modifiers !== "") throw new Error(`${where} is none`);
  return parseSimple(attribute, operator, value);
}

function parseSimple(attribute: string, operator: string, value: string): FilterNode {
  if (operator === ">=") return { kind: "atLeast", attribute, value: unescapeValue(value) };
  if (operator === "<=") return { kind: "atMost", attribute, value: unescapeValue(value) };
  if (operator === "~=") return { kind: "like", attribute, value: unescapeValue(value) };
  if (value === "*") return { kind: "present", attribute };
  if (!value.includes("*")) return { kind: "equal", attribute, value: unescapeValue(value) };
  return { kind: "substrings", attribute, pieces: value.split("*").map(unescapeValue) };
}

function parseExtensible(attribute: string, modifiers: string, value: string): FilterNode {
  const { withDn, rule } = parseModifiers(modifiers);
  if (attribute === "" && rule === "") throw new Error("in the filter, := has neither attribute nor rule");
  return { kind: "extensible", attribute, withDn, rule, value: unescapeValue(value) };
}

/** Reads `:dn:1.2.3` between an attribute and `:=`. */
export function parseModifiers(modifiers: string): { readonly withDn: boolean; readonly rule: string } {
  const names = modifiers.split(":").filter((name) => name !== "");
  const withDn = names[0]?.toLowerCase() === "dn";
  const [rule = "", ...more] = withDn ? names.slice(1) : names;
  if (more.length > 0) throw new Error("an attribute has more than one matching rule behind it");
  return { withDn, rule };
}

/** `\28` and the like become their bytes. A backslash before anything else stands for itself, as some write it. */
function unescapeValue(value: string): Buffer {
  const pieces = value.split(/(\\[0-9a-fA-F]{2})/);
  return Buffer.concat(
    pieces.map((piece, index) => (index % 2 === 1 ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece, "utf8"))),
  );
}

function skipSpace(cursor: Cursor): void {
  while (/\s/.test(cursor.text[cursor.at] ?? "")) cursor.at += 1;
}
