/** An element of a document with its attributes, decoded, and the text directly in it. */
export interface WalkedElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  text: string;
}

const voidElements: ReadonlySet<string> = new Set(["meta", "link", "input"]);

const token =
  /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-zA-Z-]*(?:="[^"<>]*")?)*)\s*(\/?)>|((?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+)/y;

/**
 * Reads a document as strictly as our templates write: balanced tags, attributes in double quotes and never twice, the
 * five entities alone, no comments. Throws at the first thing that is different, with what stands there.
 */
export function walkHtml(text: string): readonly WalkedElement[] {
  const elements: WalkedElement[] = [];
  const open: WalkedElement[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`not well-formed at: ${text.slice(at, at + 80)}`);
    const [, closing, name, attributes, selfClosing, content] = match;
    const parent = open.at(-1);
    if (content !== undefined && parent !== undefined) parent.text += decode(content);
    if (name === undefined) continue;
    if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes something else`);
      continue;
    }
    const element: WalkedElement = { name, attributes: parseAttributes(attributes ?? ""), text: "" };
    elements.push(element);
    if (!voidElements.has(name) && selfClosing !== "/") open.push(element);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.map((element) => element.name).join(" ")}`);
  return elements;
}

function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(/([a-z][a-zA-Z-]*)(?:="([^"]*)")?/g)) {
    if (attributes.has(name)) throw new Error(`attribute ${name} stands twice`);
    attributes.set(name, decode(value));
  }
  return attributes;
}

const characters: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => characters[name] ?? "");
}
