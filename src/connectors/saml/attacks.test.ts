import { beforeAll, expect, it } from "vitest";
import { describeWith } from "../../../test/support/parts.js";
import {
  createSamlKey,
  encodeResponse,
  enveloped,
  type ResponseContent,
  type SamlKey,
  samlUrls,
  signXml,
  writeAssertion,
  writeResponse,
} from "../../../test/support/saml-idp.js";
import { finishSaml, finishSamlEncoded, openTestSaml, requestId } from "../../../test/support/saml-login.js";
import type { Connector } from "../port.js";

const now = Date.now() + 60_000;
const jane: ResponseContent = { requestId, now };
const mallory: ResponseContent = { requestId, now, nameId: "mallory" };

let idp: SamlKey;
let stranger: SamlKey;
let connector: Connector;

/** The genuine message that every attack begins with: an assertion about jane, signed. */
function signedAssertion(content = jane): string {
  return signXml(writeResponse(content), idp);
}

function cut(xml: string, name: string): string {
  const match = new RegExp(`<(\\w+):${name}[ >][\\s\\S]*</\\1:${name}>`).exec(xml);
  if (match === null) throw new Error(`no ${name} in it`);
  return match[0];
}

/** The assertion about mallory, with another ID. */
function evilAssertion(id = "_evil"): string {
  return writeAssertion(mallory).replace('"_assertion"', `"${id}"`);
}

async function refusal(xml: string): Promise<string> {
  return finishSaml(connector, xml).then(
    (result) => `let in: ${JSON.stringify(result)}`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describeWith("openssl", "a forged SAML response (security cases 2, 3, 44)", () => {
  beforeAll(() => {
    [idp, stranger] = [createSamlKey(), createSamlKey()];
    connector = openTestSaml({ ca: idp.certificate, ssoIssuer: samlUrls.issuer }, { now: () => now });
  });

  it("does not pass, and the genuine one does: what follows is refused for what is wrong with it alone", async () => {
    const genuine = { outcome: "ok", identity: { userId: "jane" } };
    expect(await finishSaml(connector, signedAssertion())).toMatchObject(genuine);
    expect(await finishSaml(connector, signXml(writeResponse(jane), idp, { id: "_response" }))).toMatchObject(genuine);
  });

  it.each([
    ["unsigned", () => writeResponse(mallory), "neither the response nor its assertion is signed"],
    [
      "signed by a stranger",
      () => signXml(writeResponse(mallory), stranger),
      "signature of the Assertion is not right",
    ],
    [
      "signed by a stranger whose certificate comes along in KeyInfo",
      () => signXml(writeResponse(mallory), stranger, { withKeyInfo: true }),
      "signature of the Assertion is not right",
    ],
    [
      "with another NameID than was signed",
      () => signedAssertion().replace(">jane<", ">mallory<"),
      "signature of the Assertion is not right",
    ],
    [
      "with one more attribute value than was signed",
      () =>
        signedAssertion().replace(
          "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
          "</saml:AttributeValue><saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
        ),
      "signature of the Assertion is not right",
    ],
    [
      "signed by HMAC with the public certificate as its key",
      () => signXml(writeResponse(mallory), idp, { hmac: true }),
      "an algorithm that is not taken",
    ],
    [
      "signed with SHA-1",
      () => signXml(writeResponse(jane), idp, { algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }),
      "SHA-1",
    ],
    [
      "digested with SHA-1",
      () => signXml(writeResponse(jane), idp, { digest: "http://www.w3.org/2000/09/xmldsig#sha1" }),
      "SHA-1",
    ],
    [
      "with an algorithm named after a member of every object",
      () => signedAssertion().replace("http://www.w3.org/2001/04/xmlenc#sha256", "constructor"),
      "an algorithm that is not taken",
    ],
    [
      "with an empty reference URI",
      () => signXml(writeResponse(jane), idp, { id: "" }),
      "not about the element around it",
    ],
    [
      "with a reference to an element elsewhere",
      () => signedAssertion().replace('URI="#_assertion"', 'URI="#_response"'),
      "not about the element around it",
    ],
    [
      "with a reference that breaks out of a query",
      () => signedAssertion().replaceAll("_assertion", "a' or '1'='1"),
      "not about the element around it",
    ],
    [
      "with two references",
      () => signedAssertion().replace(/(<ds:Reference [\s\S]*<\/ds:Reference>)/, "$1$1"),
      "exactly one reference",
    ],
    [
      "with two SignedInfo",
      () => signedAssertion().replace(/(<ds:SignedInfo[\s\S]*<\/ds:SignedInfo>)/, "$1$1"),
      "exactly one reference",
    ],
    [
      "with a transform that cuts things out",
      () => signedAssertion().replace(enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
      "transforms that are not taken",
    ],
    [
      "with many transforms",
      () =>
        signedAssertion().replace(
          "</ds:Transforms>",
          `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>`,
        ),
      "transforms that are not taken",
    ],
    [
      "whose digest stands behind a comment (node-saml GHSA-x3m8-899r-f7c3)",
      () => signedAssertion().replace("<ds:DigestValue>", "<ds:DigestValue><!--x-->AAAA"),
      "signature of the Assertion is not right",
    ],
  ])("%s is refused", async (_what, forge, reason) => {
    expect(await refusal(forge())).toContain(reason);
  });

  // Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012): the signed element is moved, an evil one
  // takes its place.
  const wrappings: readonly (readonly [string, () => string])[] = [
    [
      "XSW1: an evil response around the signed one",
      () => {
        const signed = signXml(writeResponse(jane), idp, { id: "_response" });
        const signature = cut(signed, "Signature");
        const inner = signed.replace(signature, "");
        return writeResponse(mallory)
          .replace('"_response"', '"_evil"')
          .replace(
            "</saml:Issuer>",
            `</saml:Issuer>${signature.replace("</ds:Signature>", `${inner}</ds:Signature>`)}`,
          );
      },
    ],
    [
      "XSW2: an evil response, the signed one beside its signature",
      () => {
        const signed = signXml(writeResponse(jane), idp, { id: "_response" });
        const signature = cut(signed, "Signature");
        return writeResponse(mallory)
          .replace('"_response"', '"_evil"')
          .replace("</saml:Issuer>", `</saml:Issuer>${signed.replace(signature, "")}${signature}`);
      },
    ],
    [
      "XSW3: an evil assertion before the signed one",
      () => signedAssertion().replace("<saml:Assertion", `${evilAssertion()}<saml:Assertion`),
    ],
    [
      "XSW4: an evil assertion around the signed one",
      () => {
        const signed = cut(signedAssertion(), "Assertion");
        return writeResponse(mallory, evilAssertion().replace("</saml:Assertion>", `${signed}</saml:Assertion>`));
      },
    ],
    [
      "XSW5: the signature in an evil assertion, the signed one after it",
      () => {
        const signed = signedAssertion();
        const signature = cut(signed, "Signature");
        const original = cut(signed, "Assertion").replace(signature, "");
        return writeResponse(
          mallory,
          `${evilAssertion().replace("</saml:Issuer>", `</saml:Issuer>${signature}`)}${original}`,
        );
      },
    ],
    [
      "XSW6: the signed assertion inside the signature of an evil one",
      () => {
        const signed = signedAssertion();
        const signature = cut(signed, "Signature");
        const original = cut(signed, "Assertion").replace(signature, "");
        const stuffed = signature.replace("</ds:Signature>", `${original}</ds:Signature>`);
        return writeResponse(mallory, evilAssertion().replace("</saml:Issuer>", `</saml:Issuer>${stuffed}`));
      },
    ],
    [
      "XSW7: an evil assertion inside extensions",
      () =>
        signedAssertion().replace(
          "<samlp:Status>",
          `<samlp:Extensions>${evilAssertion("_assertion")}</samlp:Extensions><samlp:Status>`,
        ),
    ],
    [
      "XSW8: the signed assertion inside an object of the evil one's signature",
      () => {
        const signed = signedAssertion();
        const signature = cut(signed, "Signature");
        const original = cut(signed, "Assertion").replace(signature, "");
        const stuffed = signature.replace("</ds:Signature>", `<ds:Object>${original}</ds:Object></ds:Signature>`);
        return writeResponse(
          mallory,
          evilAssertion("_assertion").replace("</saml:Issuer>", `</saml:Issuer>${stuffed}`),
        );
      },
    ],
    [
      "an evil assertion after the signed one (dex-connectors O-15)",
      () => signedAssertion().replace("</samlp:Response>", `${evilAssertion()}</samlp:Response>`),
    ],
    [
      "two assertions in one signed response (dex-connectors O-15)",
      () => signXml(writeResponse(jane, `${writeAssertion(jane)}${evilAssertion()}`), idp, { id: "_response" }),
    ],
    [
      "an evil assertion in another namespace",
      () =>
        signedAssertion().replace(
          "<samlp:Status>",
          `${evilAssertion().replaceAll("urn:oasis:names:tc:SAML:2.0:assertion", "urn:x")}<samlp:Status>`,
        ),
    ],
    ["an ID twice", () => signedAssertion().replace("<samlp:Status>", '<samlp:Status ID="_assertion">')],
    [
      "an ID twice, once in other letters",
      () => signedAssertion().replace("<samlp:Status>", '<samlp:Status id="_assertion">'),
    ],
    [
      "the signature of the assertion moved to the response",
      () => {
        const signed = signedAssertion();
        const signature = cut(signed, "Signature");
        return signed.replace(signature, "").replace("<samlp:Status>", `${signature}<samlp:Status>`);
      },
    ],
    [
      "a genuine assertion in a response that a stranger has signed",
      () => signXml(signedAssertion(), stranger, { id: "_response" }),
    ],
    [
      "a forged assertion signature in a genuine response",
      () =>
        signXml(signXml(writeResponse(mallory), stranger), idp, { id: "_response" }).replace(
          /(?<=<ds:SignatureValue>)AA/g,
          "BB",
        ),
    ],
  ];

  it.each(wrappings)("%s: refused", async (_what, forge) => {
    expect(await refusal(forge())).toMatch(/signature|more than one|same ID twice|is not right/);
  });

  it.each([
    ["is cut at no comment", "jane<!-- -->@evil.example", "jane@evil.example"],
    ["is cut at no CDATA section", "jane<![CDATA[@evil]]>.example", "jane@evil.example"],
    ["is cut at no reference", "ja&#110;e", "jane"],
  ])("the NameID %s (security case 44): the whole of it counts", async (_what, nameId, userId) => {
    const signed = signXml(writeResponse({ ...jane, nameId }), idp);
    expect(await finishSaml(connector, signed)).toMatchObject({ identity: { userId } });
  });

  it("a comment that is put into a signed NameID changes nothing: it was never signed", async () => {
    const signed = signedAssertion({ ...jane, nameId: "jane@example.com.evil" });
    const commented = signed.replace("jane@example.com.evil", "jane@example.com<!-- -->.evil");
    expect(await finishSaml(connector, commented)).toMatchObject({ identity: { userId: "jane@example.com.evil" } });
  });

  it("an element inside the NameID is refused", async () => {
    expect(await refusal(signedAssertion({ ...jane, nameId: "jane<x>y</x>" }))).toContain("NameID is empty");
  });

  it.each([
    ["a document type", '<!DOCTYPE Response [<!ENTITY a "jane">]>'],
    [
      "entities that grow (billion laughs)",
      '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
    ],
    ["an external entity", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'],
    ["a processing instruction", "<?xml-stylesheet href='x'?>"],
    ["another encoding", '<?xml version="1.0" encoding="UTF-7"?>'],
  ])("%s is refused before anything is read", async (_what, head) => {
    expect(await refusal(head + signedAssertion())).toMatch(/not allowed|UTF-7/);
  });

  // CVE-2020-26290 and what it rests on, CVE-2020-29509, -29510, -29511: names and directives that read differently the
  // second time.
  it.each([
    [
      "an attribute without a name before its colon",
      (xml: string) => xml.replace(" Version=", ' :Version="2.0" Version='),
    ],
    ["an attribute with two colons", (xml: string) => xml.replace(" Version=", ' x::y="2.0" Version=')],
    ["an element that begins with a colon", (xml: string) => xml.replace("<samlp:Status>", "<::a/><samlp:Status>")],
    ["a prefix that nobody declared", (xml: string) => xml.replace("<samlp:Status>", "<a:b/><samlp:Status>")],
    ["a prefix declared as nothing", (xml: string) => xml.replace("<samlp:Status>", '<samlp:Status xmlns:saml="">')],
    [
      "xml declared as something else",
      (xml: string) => xml.replace("<samlp:Status>", '<samlp:Status xmlns:xml="urn:x">'),
    ],
    ["xmlns as a prefix", (xml: string) => xml.replace("<samlp:Status>", '<samlp:Status xmlns:xmlns="urn:x">')],
    ["a directive", (xml: string) => xml.replace("<samlp:Status>", "<!x <!-- --> ><samlp:Status>")],
    ["an attribute twice", (xml: string) => xml.replace(' Version="2.0"', ' Version="2.0" Version="2.0"')],
    [
      "an attribute twice by two prefixes",
      (xml: string) => xml.replace("<samlp:Status>", '<samlp:Status xmlns:a="urn:x" xmlns:b="urn:x" a:c="" b:c="">'),
    ],
    ["an attribute without quotes", (xml: string) => xml.replace("<samlp:Status>", "<samlp:Status a=b>")],
    ["tags that cross", (xml: string) => xml.replace("<samlp:Status>", "<a><b></a></b><samlp:Status>")],
    ["text after the end", (xml: string) => `${xml}x`],
    ["a second document after the end", (xml: string) => xml + xml],
    ["a comment with two dashes in it", (xml: string) => xml.replace("<samlp:Status>", "<!-- -- --><samlp:Status>")],
    ["an unknown entity", (xml: string) => xml.replace("<samlp:Status>", "&nbsp;<samlp:Status>")],
    ["a reference to no character", (xml: string) => xml.replace("<samlp:Status>", "&#0;<samlp:Status>")],
    ["a control character", (xml: string) => xml.replace("<samlp:Status>", "\u0001<samlp:Status>")],
    ["an end too early", (xml: string) => xml.slice(0, -5)],
  ])("%s is no XML that is read", async (_what, spoil) => {
    expect(await refusal(spoil(signedAssertion()))).toContain("can't be read as XML");
  });

  it("a prefix that is bound to another namespace on the way does not change what was signed", async () => {
    const xml = signedAssertion().replace(
      "<samlp:Response ",
      '<samlp:Response xmlns:saml="urn:evil" xmlns:ds="urn:evil" xml:space="preserve" ',
    );
    expect(await refusal(xml)).toMatch(/let in.*"userId":"jane"/);
  });

  it.each([
    ["audience", { audience: "https://other.example" }, "another audience"],
    ["Recipient", { recipient: "https://other.example/acs" }, "another Recipient"],
    ["Destination", { destination: "https://other.example/acs" }, "another Destination"],
    ["Issuer of the response", { responseIssuer: "https://other.example" }, "not from ssoIssuer"],
    ["Issuer of the assertion (O-14)", { assertionIssuer: "https://other.example" }, "not from ssoIssuer"],
    ["InResponseTo of the response", { responseTo: "_other" }, "InResponseTo"],
    ["InResponseTo of the assertion", { subjectTo: "_other" }, "InResponseTo"],
    ["no InResponseTo in the assertion: nobody asked for it", { subjectTo: undefined }, "InResponseTo"],
    ["confirmation method", { confirmation: "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" }, "bearer"],
    ["end: 31 seconds ago", { until: -31_000 }, "no longer valid"],
    ["beginning: 31 seconds ahead", { from: 31_000 }, "not valid yet"],
    ["condition that is not understood", { inAssertion: "" }, "not understood"],
  ])("a signed one with a wrong %s is refused", async (what, wrong, reason) => {
    for (const id of ["_assertion", "_response"] as const) {
      const xml = writeResponse({ ...jane, ...wrong });
      const odd = what.startsWith("condition")
        ? xml.replace("</saml:Conditions>", "<saml:Condition/></saml:Conditions>")
        : xml;
      expect(await refusal(signXml(odd, idp, { id }))).toContain(reason);
    }
  });

  it("an answer to another login of the same person is refused: it can't be used again", async () => {
    const other = signXml(writeResponse({ ...jane, requestId: "_of-an-earlier-login" }), idp);
    expect(await refusal(other)).toContain("InResponseTo");
  });

  it("an encrypted assertion is refused with what to do", async () => {
    expect(await refusal(writeResponse(jane, '<saml:EncryptedAssertion xmlns:saml="urn:x"/>'))).toContain(
      "encryption is not supported, turn it off",
    );
  });

  it.each([
    ["nothing", ""],
    ["not base64", "<xml/>"],
    ["not UTF-8", Buffer.from([0x3c, 0xff]).toString("base64")],
    ["no XML", encodeResponse("hello")],
    ["another message", encodeResponse("<a/>")],
    ["SAML 1.1", encodeResponse('<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"/>')],
  ])("%s is refused", async (_what, encoded) => {
    await expect(finishSamlEncoded(connector, encoded)).rejects.toThrow(/SAMLResponse|SAML 2.0/);
  });

  it.each([
    ["most of a megabyte", "A".repeat(900_001)],
    ["elements without end", encodeResponse("<a>".repeat(200_000))],
    ["deep nesting", encodeResponse(`${"<a>".repeat(100)}${"</a>".repeat(100)}`)],
    [
      "attributes without end",
      encodeResponse(`<a ${Array.from({ length: 50_000 }, (_, n) => `a${n}=""`).join(" ")}/>`),
    ],
    ["a comment without end", encodeResponse(`<!--${"-".repeat(700_000)}`)],
    ["spaces without end", encodeResponse(`<a${" ".repeat(700_000)}`)],
    ["ampersands without end", encodeResponse(`<a>${"&".repeat(700_000)}`)],
  ])("%s is refused at once (security cases 27, 29)", async (_what, encoded) => {
    const started = performance.now();
    await expect(finishSamlEncoded(connector, encoded)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("of blanks without end is refused at once, and does not keep the server from others (security case 27)", async () => {
    await expect(finishSamlEncoded(connector, `A${" ".repeat(899_000)}!`)).rejects.toThrow("not base64");
  });

  it("with padding around a signed assertion is refused before the padding is worked on", async () => {
    const padding = `<samlp:Extensions>${"<a/>".repeat(300)}</samlp:Extensions>`;
    const padded = signedAssertion().replace("<samlp:Status>", `${padding}<samlp:Status>`);
    expect(padded).toContain(padding);
    expect(await refusal(padded)).toContain("too much stands around the Assertion");
  });
});
