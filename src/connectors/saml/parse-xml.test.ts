import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseXml, type XmlElement, XmlError } from "./parse-xml.js";

interface Plain {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Plain[];
}

const names = fc.constantFrom("a", "Assertion", "x-1", "é", "_");
const characters = fc
  .string({ unit: "grapheme", maxLength: 8 })
  .filter((text) => !/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text));
const { tree } = fc.letrec<{ tree: Plain }>((tie) => ({
  tree: fc.record({
    name: names,
    text: characters,
    attributes: fc.dictionary(names, characters, { maxKeys: 3, noNullPrototype: true }),
    children: fc.oneof({ depthSize: "small" }, fc.constant([]), fc.array(tie("tree"), { maxLength: 3 })),
  }),
}));

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\t\n]/g, (character) => `&#${character.codePointAt(0)};`);
}

function write({ name, text, attributes, children }: Plain): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${name}${written.join("")}>${escapeXml(text)}${children.map(write).join("")}</${name}>`;
}

function simplify({ name, text, attributes, children }: XmlElement): Plain {
  return { name, text, attributes: Object.fromEntries(attributes), children: children.map(simplify) };
}

describe("the reader of XML", () => {
  it("reads back whatever was written by the rules", () => {
    fc.assert(
      fc.property(tree, (plain) => {
        expect(simplify(parseXml(write(plain)))).toEqual(plain);
      }),
    );
  });

  it("knows where each element stands in the text", () => {
    fc.assert(
      fc.property(tree, (plain) => {
        const xml = write(plain);
        const root = parseXml(xml);
        for (const [index, child] of root.children.entries()) {
          const { source } = child;
          expect(simplify(parseXml(xml.slice(source.start, source.end)))).toEqual(plain.children[index]);
          expect(xml.slice(source.start, source.startTagEnd)).toMatch(/^<[^<]*>$/);
        }
      }),
    );
  });

  it("takes or refuses any text, and never fails in another way", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<a/>",
      "<",
      ">",
      "&amp;",
      "&",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      " b='",
      "'",
      "x",
      "<?",
      "<!",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          try {
            parseXml(text);
          } catch (error) {
            expect(error).toBeInstanceOf(XmlError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("refuses namespaces that are many or long: every element and attribute keeps its own (security case 29)", () => {
    const declare = (count: number): string =>
      Array.from({ length: count }, (_, at) => ` xmlns:p${at}="u${at}"`).join("");
    const inside = `<a${declare(31)}><b${declare(31).replaceAll("xmlns:p", "xmlns:q")}><c`;
    expect(() => parseXml(`${inside} xmlns:r="u"/></b></a>`)).not.toThrow();
    expect(() => parseXml(`${inside} xmlns:r="u" xmlns:s="u"/></b></a>`)).toThrow("too many namespaces");
    expect(() => parseXml(`<a xmlns="${"u".repeat(501)}"/>`)).toThrow("too long");
  });

  it("resolves prefixes where they are used, and gives attributes without one no namespace", () => {
    const root = parseXml(
      '<p:a xmlns:p="urn:1" xmlns="urn:2" b="" p:b=""><p:c xmlns:p="urn:3"/><d/><e xmlns=""/></p:a>',
    );
    expect([root, ...root.children].map(({ name, namespace }) => `${name} ${namespace}`)).toEqual([
      "a urn:1",
      "c urn:3",
      "d urn:2",
      "e ",
    ]);
    expect([...root.attributes.keys()]).toEqual(["b", "{urn:1}b"]);
  });

  it("puts text together over comments, CDATA sections and references, and line ends in attributes to spaces", () => {
    const root = parseXml(
      "<?xml version='1.0' encoding='utf-8'?>\n<a b='x\n&#10;y'>1<!-- 2 --><![CDATA[<3>]]>&lt;<c>5</c>6</a>\n<!-- -->",
    );
    expect([root.text, root.attributes.get("b")]).toEqual(["1<3><6", "x \ny"]);
  });
});
