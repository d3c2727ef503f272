/**
 * One JSON line of pino's as the line that Go's `slog.TextHandler` would write: `time=... level=INFO msg="..." key=value`.
 * Members of objects are named `outer.inner`; a list is `[a b]`.
 */
export function toTextLine(line: string): string {
  const { time, level, msg, ...attributes }: Record<string, unknown> = JSON.parse(line);
  let text = `time=${toText(time)} level=${toText(level)} msg=${toText(msg ?? "")}`;
  for (const name in attributes) text += formatAttribute(name, attributes[name]);
  return `${text}\n`;
}

/**
 * A JSON line in which nothing hides: C1 controls can drive a terminal, and direction marks and line separators make
 * a line read as what it is not. JSON strings may hold each as an escape, and outside strings there is none.
 */
export function escapeUnseen(line: string): string {
  return /^[\x20-\x7e\n]*$/.test(line) ? line : line.replace(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu, escapeJson);
}

function formatAttribute(name: string, value: unknown): string {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return ` ${toText(name)}=${toText(value)}`;
  return Object.entries(value)
    .map(([inner, innerValue]) => formatAttribute(`${name}.${inner}`, innerValue))
    .join("");
}

function toText(value: unknown): string {
  const text = typeof value === "string" ? value : plain(value);
  if (/^[\x21\x23-\x3c\x3e-\x7e]+$/.test(text)) return text;
  return text === "" || /[\s"=\p{C}\p{Z}]/u.test(text) ? quote(text) : text;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** As Go's `strconv.Quote`: what can't be printed is escaped, so that one event is one line. */
function quote(text: string): string {
  return `"${text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, (character) => shortEscapes[character] ?? escapeGo(character))}"`;
}

function escapeGo(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

function escapeJson(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join("");
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, "0");
}
