/** One element. Prefixes are resolved, comments are gone, references are characters. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** Empty: in no namespace. */
  readonly namespace: string;
  /** By local name; those of a namespace as `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The characters that stand directly in it, comments and elements left out. */
  readonly text: string;
  /** Namespaces by prefix, as they are in scope in it. */
  readonly scope: ReadonlyMap<string, string>;
  /** Prefixes that it declares itself; empty: the default namespace. */
  readonly declares: ReadonlySet<string>;
  /** Where its source begins and ends, and where its start tag ends. */
  readonly source: { readonly start: number; readonly startTagEnd: number; readonly end: number };
}

export class XmlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "XmlError";
  }
}

/**
 * Beyond a response with thousands of groups. Canonicalization takes long beyond them, and for comments longer than
 * their number (security case 29).
 */
const limits = { depth: 64, elements: 12_000, attributes: 32, allAttributes: 24_000, comments: 100, cdata: 1_000 };
/** Each element and attribute keeps what its prefix stands for. A namespace is as long in characters as this at most. */
const scopeLimits = { prefixes: 64, namespace: 500 };

const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
const reservedNamespaces: ReadonlySet<string> = new Set([xmlNamespace, "http://www.w3.org/2000/xmlns/"]);
const topScope: ReadonlyMap<string, string> = new Map([["xml", xmlNamespace]]);

interface OpenElement {
  readonly qualifiedName: string;
  readonly element: Omit<XmlElement, "children" | "text" | "source"> & {
    readonly children: XmlElement[];
    text: string;
    readonly source: { readonly start: number; readonly startTagEnd: number; end: number };
  };
}

interface Reader {
  readonly text: string;
  at: number;
  readonly counts: Record<keyof typeof limits, number>;
  readonly open: OpenElement[];
  root: XmlElement | undefined;
}

/**
 * Reads the XML that signed messages need and nothing else: no document type and so no entities, no processing
 * instructions, nothing that a lenient reader would mend. What another reader could take for something else is an error
 * here (the family of CVE-2020-26290). Takes text with line ends as XML wants them; see `normaliseLineEnds`.
 */
export function parseXml(text: string): XmlElement {
  // Control characters, and what is no character of XML 1.0.
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
    throw new XmlError("a character that XML does not have");
  const counts = { depth: 0, elements: 0, attributes: 0, allAttributes: 0, comments: 0, cdata: 0 };
  const reader: Reader = { text, at: 0, counts, open: [], root: undefined };
  readDeclaration(reader);
  while (reader.at < text.length) readNext(reader);
  if (reader.open.length > 0 || reader.root === undefined) throw new XmlError("the document ends too early");
  return reader.root;
}

/** XML 1.0 section 2.11. Whoever verifies must see the same text as whoever reads. */
export function normaliseLineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function readDeclaration(reader: Reader): void {
  if (reader.text.startsWith("\uFEFF")) reader.at = 1;
  if (!/^\uFEFF?<\?xml[ \t\n]/.test(reader.text)) return;
  const [, double, single] = take(
    reader,
    /<\?xml[ \t\n]+version=["']1\.0["'](?:[ \t\n]+encoding=(?:"([\w.-]+)"|'([\w.-]+)'))?(?:[ \t\n]+standalone=["'](?:yes|no)["'])?[ \t\n]*\?>/y,
    "an XML declaration that can't be read",
  );
  const encoding = double ?? single ?? "UTF-8";
  if (!/^(utf-8|us-ascii)$/i.test(encoding)) throw new XmlError(`written in ${encoding}, not in UTF-8`);
}

function readNext(reader: Reader): void {
  const { text, at } = reader;
  if (text[at] !== "<") readCharacters(reader);
  else if (text.startsWith("<!--", at)) readComment(reader);
  else if (text.startsWith("<![CDATA[", at)) readCdata(reader);
  else if (text[at + 1] === "!") throw new XmlError("a document type or an entity: not allowed");
  else if (text[at + 1] === "?") throw new XmlError("a processing instruction: not allowed");
  else if (text[at + 1] === "/") readEnd(reader);
  else readStart(reader);
}

function readCharacters(reader: Reader): void {
  const [raw] = take(reader, /[^<]+/y, "no text");
  if (raw.includes("]]>")) throw new XmlError("]]> in text");
  append(reader, decodeReferences(raw), /^[ \t\n]*$/.test(raw));
}

function readComment(reader: Reader): void {
  count(reader, "comments");
  const end = reader.text.indexOf("--", reader.at + 4);
  if (end === -1 || reader.text[end + 2] !== ">") throw new XmlError("a comment that can't be read");
  reader.at = end + 3;
}

function readCdata(reader: Reader): void {
  count(reader, "cdata");
  const start = reader.at + "<![CDATA[".length;
  const end = reader.text.indexOf("]]>", start);
  if (end === -1) throw new XmlError("a CDATA section without end");
  append(reader, reader.text.slice(start, end), false);
  reader.at = end + 3;
}

function count({ counts }: Reader, what: keyof typeof limits, by = 1): void {
  counts[what] += by;
  if (counts[what] > limits[what]) throw new XmlError("too large");
}

function append(reader: Reader, characters: string, isBlank: boolean): void {
  const current = reader.open.at(-1);
  if (current !== undefined) current.element.text += characters;
  else if (!isBlank) throw new XmlError("text outside of the document's element");
}

function readEnd(reader: Reader): void {
  const [, name] = take(reader, endTag, "an end tag that can't be read");
  const closed = reader.open.pop();
  if (closed === undefined || closed.qualifiedName !== name) throw new XmlError("an end tag without its start tag");
  finish(reader, closed);
}

function readStart(reader: Reader): void {
  const start = reader.at;
  const [, qualifiedName = ""] = take(reader, startTag, "a start tag that can't be read");
  const written = readAttributes(reader);
  const [, slash] = take(reader, tagEnd, "a start tag that can't be read");
  count(reader, "elements");
  count(reader, "allAttributes", written.size);
  if (reader.open.length >= limits.depth) throw new XmlError("elements too deep in each other");
  if (reader.open.length === 0 && reader.root !== undefined) throw new XmlError("more than one outermost element");
  const declared = listDeclarations(written);
  const scope = extendScope(reader.open.at(-1)?.element.scope ?? topScope, declared);
  const { name, namespace } = resolve(scope, qualifiedName, scope.get("") ?? "");
  const attributes = resolveAttributes(scope, written);
  const opened: OpenElement = {
    qualifiedName,
    element: {
      name,
      namespace,
      attributes,
      scope,
      declares: new Set(declared.keys()),
      children: [],
      text: "",
      source: { start, startTagEnd: reader.at, end: reader.at },
    },
  };
  if (slash === "/") finish(reader, opened);
  else reader.open.push(opened);
}

function finish(reader: Reader, { element }: OpenElement): void {
  element.source.end = reader.at;
  const parent = reader.open.at(-1);
  if (parent === undefined) reader.root = element;
  else parent.element.children.push(element);
}

const nameText = String.raw`[\p{L}_][\p{L}\p{M}\p{N}._-]*`;
const qualifiedNameText = `(${nameText}(?::${nameText})?)`;
const startTag = new RegExp(`<${qualifiedNameText}`, "uy");
const endTag = new RegExp(`</${qualifiedNameText}[ \\t\\n]*>`, "uy");
const attribute = new RegExp(`[ \\t\\n]+${qualifiedNameText}[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`, "uy");
const tagEnd = /[ \t\n]*(\/?)>/y;

function readAttributes(reader: Reader): ReadonlyMap<string, string> {
  const written = new Map<string, string>();
  for (;;) {
    attribute.lastIndex = reader.at;
    const match = attribute.exec(reader.text);
    if (match === null) return written;
    reader.at = attribute.lastIndex;
    const [, name = "", double, single = ""] = match;
    if (written.has(name) || written.size >= limits.attributes) throw new XmlError("an attribute twice, or too many");
    // XML 1.0 section 3.3.3: a line end as such is a space, as a reference it is itself.
    written.set(name, decodeReferences((double ?? single).replaceAll(/[\t\n\r]/g, " ")));
  }
}

function listDeclarations(written: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const declared = new Map<string, string>();
  for (const [name, uri] of written) {
    if (isDeclaration(name)) declared.set(name === "xmlns" ? "" : name.slice("xmlns:".length), uri);
  }
  return declared;
}

function extendScope(
  outer: ReadonlyMap<string, string>,
  declared: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (declared.size === 0) return outer;
  for (const [prefix, uri] of declared) {
    if (uri.length > scopeLimits.namespace) throw new XmlError("a namespace that is too long");
    const isReserved = prefix === "xml" || prefix === "xmlns" || reservedNamespaces.has(uri);
    if (isReserved || (prefix !== "" && uri === "")) throw new XmlError("a namespace that can't be declared");
  }
  const scope = new Map([...outer, ...declared]);
  if (scope.size > scopeLimits.prefixes) throw new XmlError("too many namespaces");
  return scope;
}

function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

function resolveAttributes(
  scope: ReadonlyMap<string, string>,
  written: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [qualifiedName, value] of written) {
    if (isDeclaration(qualifiedName)) continue;
    const { name, namespace } = resolve(scope, qualifiedName, "");
    const key = namespace === "" ? name : `{${namespace}}${name}`;
    if (attributes.has(key)) throw new XmlError("an attribute twice, or too many");
    attributes.set(key, value);
  }
  return attributes;
}

function resolve(
  scope: ReadonlyMap<string, string>,
  qualifiedName: string,
  unprefixed: string,
): { readonly name: string; readonly namespace: string } {
  const colon = qualifiedName.indexOf(":");
  if (colon === -1) return { name: qualifiedName, namespace: unprefixed };
  const namespace = scope.get(qualifiedName.slice(0, colon));
  if (namespace === undefined) throw new XmlError("a prefix that is not declared");
  return { name: qualifiedName.slice(colon + 1), namespace };
}

const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

const reference = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/y;

function decodeReferences(raw: string): string {
  let decoded = "";
  let from = 0;
  for (let at = raw.indexOf("&"); at !== -1; at = raw.indexOf("&", from)) {
    reference.lastIndex = at;
    const [whole = "", hex, decimal, name] = reference.exec(raw) ?? [];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const character = name === undefined ? characterOf(code) : entities.get(name);
    if (character === undefined) throw new XmlError("a reference that can't be resolved");
    decoded += raw.slice(from, at) + character;
    from = at + whole.length;
  }
  return from === 0 ? raw : decoded + raw.slice(from);
}

/** XML 1.0 section 2.2. */
function characterOf(code: number): string | undefined {
  const isCharacter =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

function take(reader: Reader, pattern: RegExp, otherwise: string): RegExpExecArray {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match === null) throw new XmlError(otherwise);
  reader.at = pattern.lastIndex;
  return match;
}
