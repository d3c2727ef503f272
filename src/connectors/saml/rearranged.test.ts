import fc from "fast-check";
import { expect, it } from "vitest";
import { describeWith } from "../../../test/support/parts.js";
import { createSamlKey, type SamlKey, signXml, writeAssertion, writeResponse } from "../../../test/support/saml-idp.js";
import { finishSaml, openTestSaml, requestId } from "../../../test/support/saml-login.js";
import { listAll } from "./elements.js";
import { parseXml, type XmlElement } from "./parse-xml.js";

// Signature wrapping is rearranging what was signed. The attacks that have names are in attacks.test.ts; this looks for
// those that have none.

const now = Date.now() + 60_000;
const mallory = {
  requestId,
  now,
  nameId: "mallory",
  attributes: { name: ["M"], email: ["m@x.example"], groups: ["admins"] },
};
const kinds = [
  "remove",
  "double",
  "before",
  "inside",
  "evil before",
  "evil inside",
  "evil around",
  "evil instead",
] as const;

interface Change {
  readonly kind: (typeof kinds)[number];
  /** Which element it is about, and where that goes; taken modulo the number of elements. */
  readonly what: number;
  readonly where: number;
  readonly evilId: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...kinds),
  what: fc.nat({ max: 200 }),
  where: fc.nat({ max: 200 }),
  evilId: fc.constantFrom("_assertion", "_response", "_evil"),
});

function rearrange(xml: string, { kind, what, where, evilId }: Change): string {
  const all = listAll(parseXml(xml));
  const at = (index: number): XmlElement["source"] =>
    all[index % all.length]?.source ?? { start: 0, startTagEnd: 0, end: 0 };
  const [subject, target] = [at(what), at(where)];
  const piece = xml.slice(subject.start, subject.end);
  const evil = writeAssertion(mallory).replace('"_assertion"', `"${evilId}"`);
  const insert = (position: number, text: string): string => xml.slice(0, position) + text + xml.slice(position);
  const replace = (text: string): string => xml.slice(0, subject.start) + text + xml.slice(subject.end);
  switch (kind) {
    case "remove":
      return replace("");
    case "double":
      return insert(subject.end, piece);
    case "before":
      return insert(target.start, piece);
    case "inside":
      return insert(target.startTagEnd, piece);
    case "evil before":
      return insert(subject.start, evil);
    case "evil inside":
      return insert(subject.startTagEnd, evil);
    case "evil around":
      return replace(evil.replace("</saml:Assertion>", `${piece}</saml:Assertion>`));
    case "evil instead":
      return replace(evil);
  }
}

/** Changes that leave no XML are no attack. */
function rearrangeAll(xml: string, changes: readonly Change[]): string {
  try {
    return changes.reduce(rearrange, xml);
  } catch {
    return xml;
  }
}

describeWith("openssl", "a signed response whose parts are moved, doubled, removed and mixed with evil ones", () => {
  const signings: readonly (readonly [string, (xml: string, key: SamlKey) => string])[] = [
    ["assertion", (xml, key) => signXml(xml, key)],
    ["response", (xml, key) => signXml(xml, key, { id: "_response" })],
    ["assertion and response", (xml, key) => signXml(signXml(xml, key), key, { id: "_response" })],
  ];

  it.each(signings)("says what was signed, or nothing (%s)", async (_what, sign) => {
    const idp = createSamlKey();
    const connector = openTestSaml({ ca: idp.certificate }, { now: () => now });
    const genuine = sign(writeResponse({ requestId, now }), idp);
    const right = await finishSaml(connector, genuine);
    expect(right).toMatchObject({ outcome: "ok", identity: { userId: "jane", groups: ["dev", "ops"] } });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const result = await finishSaml(connector, rearrangeAll(genuine, changes)).catch(() => undefined);
        if (result === undefined) refused += 1;
        else expect(result).toEqual(right);
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(75);
  });
});
