import { decodeUtf8 } from "../../platform/encoding.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { isElement, listAll, listChildren, namespaces } from "./elements.js";
import { normaliseLineEnds, parseXml, type XmlElement, XmlError } from "./parse-xml.js";

/** A posted response as it came: nothing in it is to be believed yet. */
export interface Message {
  /** The text that everybody reads. */
  readonly document: string;
  readonly response: XmlElement;
  /** Absent where the identity provider says no. */
  readonly assertion: XmlElement | undefined;
}

/**
 * Thousands of groups fit; more costs more to verify than a login is worth. Characters of base64, which are longer in a
 * form: with that they stay below what the callback takes.
 */
const maxLength = 900_000;

/**
 * Reads `SAMLResponse` (SAML Bindings section 3.5.4). Throws `UpstreamError` for all that has another shape than a
 * response to a login: one assertion, signatures only where they belong, nothing encrypted, no ID twice.
 */
export function parseMessage(encoded: string | undefined): Message {
  const document = decodeMessage(encoded);
  const response = readXml(document);
  if (!isElement(response, namespaces.protocol, "Response"))
    throw new UpstreamError("the answer is no response of SAML 2.0");
  const all = listAll(response);
  refuseEncryption(all);
  refuseRepeatedIds(all);
  const assertion = findAssertion(response);
  // By local name, in any namespace and at any depth: a second one is there to be mistaken for the first.
  const assertions = all.filter(({ name }) => name === "Assertion").length;
  const responses = all.filter(({ name }) => name === "Response").length;
  if (assertions !== (assertion === undefined ? 0 : 1) || responses !== 1)
    throw new UpstreamError("the answer holds more than one assertion or response");
  refuseStraySignatures(all, [response, ...(assertion === undefined ? [] : [assertion])]);
  return { document, response, assertion };
}

/** The assertion where it belongs. */
export function findAssertion(response: XmlElement): XmlElement | undefined {
  const [assertion] = listChildren(response, namespaces.assertion, "Assertion");
  return assertion;
}

function decodeMessage(encoded: string | undefined): string {
  if (encoded === undefined) throw new UpstreamError("the answer holds no SAMLResponse");
  if (encoded.length > maxLength) throw new UpstreamError(`the answer is longer than ${maxLength} characters`);
  const bare = encoded.replaceAll(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) throw new UpstreamError("SAMLResponse is not base64");
  const text = decodeUtf8(Buffer.from(bare, "base64"));
  if (text === undefined) throw new UpstreamError("SAMLResponse is not UTF-8");
  return normaliseLineEnds(text);
}

function readXml(document: string): XmlElement {
  try {
    return parseXml(document);
  } catch (error) {
    if (error instanceof XmlError) throw new UpstreamError(`SAMLResponse can't be read as XML: ${error.message}`);
    throw error;
  }
}

function refuseEncryption(all: readonly XmlElement[]): void {
  const encrypted = all.find(({ name }) => /^Encrypted(Assertion|ID|Attribute|Data)$/.test(name));
  if (encrypted === undefined) return;
  throw new UpstreamError(`${encrypted.name}: encryption is not supported, turn it off at the identity provider`);
}

function refuseRepeatedIds(all: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const { attributes } of all) {
    for (const [name, value] of attributes) {
      if (!/(^|\})id$/i.test(name)) continue;
      if (seen.has(value)) throw new UpstreamError("the answer holds the same ID twice");
      seen.add(value);
    }
  }
}

/** SAML Core section 5.4.1: a signature stands directly in what it signs, once. */
function refuseStraySignatures(all: readonly XmlElement[], carriers: readonly XmlElement[]): void {
  const placed = carriers.map((element) => listChildren(element, namespaces.signature, "Signature").length);
  const total = all.filter(({ name }) => name === "Signature").length;
  if (placed.some((count) => count > 1) || total !== placed.reduce((sum, count) => sum + count, 0))
    throw new UpstreamError("the answer holds a signature where none belongs");
}
