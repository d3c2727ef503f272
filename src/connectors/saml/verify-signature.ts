import type { KeyObject } from "node:crypto";
import { C14nCanonicalization, C14nCanonicalizationWithComments, SignedXml } from "xml-crypto";
import { UpstreamError } from "../shared/upstream-error.js";
import { listChildren, namespaces } from "./elements.js";
import { parseXml, type XmlElement } from "./parse-xml.js";
import { createHashAlgorithms, createSignatureAlgorithms, isSha1 } from "./signature-algorithms.js";

const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const canonical11 = "http://www.w3.org/2006/12/xml-c14n11";
const canonicalizations: ReadonlySet<string> = new Set(
  ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", canonical11, "http://www.w3.org/2001/10/xml-exc-c14n#"].flatMap(
    (name) => [name, name.endsWith("#") ? `${name}WithComments` : `${name}#WithComments`],
  ),
);

export interface SignedElement {
  /** The whole message. */
  readonly document: string;
  /** From the outermost element to the one that carries its own signature. */
  readonly path: readonly XmlElement[];
}

/** Longer ones are not signatures; working on one costs what it is long. In characters. */
const maxSignedInfo = 20_000;
const maxSignatureValue = 4_000;
/** Of a response whose assertion alone is signed: issuer, status and extensions. */
const maxElementsOutside = 200;

/**
 * Verifies the signature of an element and gives back the element **read from the bytes that were digested**: what was
 * signed is what is read, whatever else stands in the message (CVE-2020-27847, signature wrapping). Keys are the pinned
 * ones alone; what the message says of keys (`KeyInfo`) is not looked at.
 */
export function verifySignature(
  { document, path }: SignedElement,
  keys: readonly KeyObject[],
  allowSha1: boolean,
): XmlElement {
  const element = path.at(-1);
  const [signature] = element === undefined ? [] : listChildren(element, namespaces.signature, "Signature");
  if (element === undefined || signature === undefined) throw new UpstreamError("nothing is signed");
  const parts = requireCustomary(signature, element, allowSha1);
  const bare = cutOut(document, signature, parts);
  const wrong = new UpstreamError(`the signature of the ${element.name} is not right`);
  // Digesting the message takes a second where it is long: first of all somebody whom we know must have signed that
  // digest, so that a stranger can't keep us busy.
  const outline = writeOutline(document, path, bare);
  const key = keys.find((each) => findSigned(outline, bare, each, createEchoes(allowSha1, parts)) !== undefined);
  if (key === undefined) throw wrong;
  // The whole message is canonicalized with it: whoever has one good assertion must not make us work on padding.
  const [root = element] = path;
  if (countElements(root) - countElements(element) > maxElementsOutside)
    throw new UpstreamError(`too much stands around the ${element.name} that is signed`);
  const signed = findSigned(document, bare, key, createAlgorithms(allowSha1));
  const read = signed === undefined ? undefined : parseXml(signed);
  const isSame = read?.name === element.name && read.namespace === element.namespace;
  if (read === undefined || !isSame || read.attributes.get("ID") !== element.attributes.get("ID")) throw wrong;
  return read;
}

function countElements({ children: within }: XmlElement): number {
  return within.reduce((sum, each) => sum + countElements(each), 1);
}

interface SignatureParts {
  readonly signedInfo: XmlElement;
  readonly signatureValue: XmlElement;
  readonly digest: string;
}

/** SAML Core section 5.4: one reference, to the element around it, with customary transforms and no objects. */
function requireCustomary(signature: XmlElement, element: XmlElement, allowSha1: boolean): SignatureParts {
  const [signedInfo, ...moreInfos] = children(signature, "SignedInfo");
  const [reference, ...moreReferences] = signedInfo === undefined ? [] : children(signedInfo, "Reference");
  if (signedInfo === undefined || reference === undefined || moreInfos.length + moreReferences.length > 0)
    throw new UpstreamError("a signature without exactly one reference");
  const [signatureValue, ...moreValues] = children(signature, "SignatureValue");
  if (signatureValue === undefined || moreValues.length + children(signature, "Object").length > 0)
    throw new UpstreamError("a signature without exactly one value, or with objects in it");
  if (lengthOf(signedInfo) > maxSignedInfo || lengthOf(signatureValue) > maxSignatureValue)
    throw new UpstreamError("a signature that is too long");
  const id = element.attributes.get("ID");
  if (id === undefined || !/^[\p{L}\p{N}._:-]+$/u.test(id) || reference.attributes.get("URI") !== `#${id}`)
    throw new UpstreamError("a signature that is not about the element around it");
  requireTransforms(signedInfo, reference);
  requireAlgorithms(signedInfo, reference, allowSha1);
  const [digest] = children(reference, "DigestValue");
  return { signedInfo, signatureValue, digest: digest?.text ?? "" };
}

function requireAlgorithms(signedInfo: XmlElement, reference: XmlElement, allowSha1: boolean): void {
  const method = algorithmOf(signedInfo, "SignatureMethod");
  const digest = algorithmOf(reference, "DigestMethod");
  if (!allowSha1 && (isSha1(method) || isSha1(digest)))
    throw new UpstreamError("the signature is made with SHA-1: the identity provider should use SHA-256");
  const { signatures, hashes } = createAlgorithms(allowSha1);
  if (!Object.hasOwn(signatures, method) || !Object.hasOwn(hashes, digest))
    throw new UpstreamError("the signature is made with an algorithm that is not taken");
}

function requireTransforms(signedInfo: XmlElement, reference: XmlElement): void {
  const transforms = children(reference, "Transforms")
    .flatMap((list) => children(list, "Transform"))
    .map((transform) => transform.attributes.get("Algorithm") ?? "");
  const [first, second] = transforms;
  const isCustomary = first === enveloped && transforms.length <= 2;
  const method = algorithmOf(signedInfo, "CanonicalizationMethod");
  const isCanonical = canonicalizations.has(method) && (second === undefined || canonicalizations.has(second));
  if (!isCustomary || !isCanonical) throw new UpstreamError("a signature with transforms that are not taken");
}

interface Algorithms {
  readonly signatures: ReturnType<typeof createSignatureAlgorithms>;
  readonly hashes: ReturnType<typeof createHashAlgorithms>;
}

function createAlgorithms(allowSha1: boolean): Algorithms {
  return { signatures: createSignatureAlgorithms(allowSha1), hashes: createHashAlgorithms(allowSha1) };
}

/** For the outline alone, whose content is not there to be digested: the digest is taken as it is written. */
function createEchoes(allowSha1: boolean, { digest }: SignatureParts): Algorithms {
  return { signatures: createSignatureAlgorithms(allowSha1), hashes: createHashAlgorithms(allowSha1, digest) };
}

/** The signed bytes where the signature is this key's. A fault inside the library means that it is not. */
function findSigned(document: string, signature: string, key: KeyObject, algorithms: Algorithms): string | undefined {
  const checker = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  checker.SignatureAlgorithms = algorithms.signatures;
  checker.HashAlgorithms = algorithms.hashes;
  // Version 1.1 differs for attributes of the xml namespace outside the element; then the digest does not fit.
  checker.CanonicalizationAlgorithms[canonical11] = C14nCanonicalization;
  checker.CanonicalizationAlgorithms[`${canonical11}#WithComments`] = C14nCanonicalizationWithComments;
  try {
    checker.loadSignature(signature);
    if (!checker.checkSignature(document)) return undefined;
  } catch {
    return undefined;
  }
  const [signed, ...more] = checker.getSignedReferences();
  return more.length === 0 ? signed : undefined;
}

/** A signature without its `KeyInfo`, as a document of its own: with the namespaces that were declared further out. */
function cutOut(document: string, { scope, declares, source }: XmlElement, parts: SignatureParts): string {
  const startTag = document.slice(source.start, source.startTagEnd);
  const inherited = [...scope]
    .filter(([prefix]) => prefix !== "xml" && !declares.has(prefix))
    .map(([prefix, uri]) => ` ${prefix === "" ? "xmlns" : `xmlns:${prefix}`}="${escapeAttribute(uri)}"`);
  const nameEnd = startTag.search(/[ \t\n/>]/);
  const content = [parts.signedInfo, parts.signatureValue].map(({ source: { start, end } }) =>
    document.slice(start, end),
  );
  return `${startTag.slice(0, nameEnd)}${inherited.join("")}${startTag.slice(nameEnd)}${content.join("")}</${startTag.slice(1, nameEnd)}>`;
}

/** The tags around a signature, and nothing else of the message. */
function writeOutline(document: string, path: readonly XmlElement[], signature: string): string {
  const startTags = path.map(({ source }) => document.slice(source.start, source.startTagEnd));
  const endTags = startTags.map((tag) => `</${tag.slice(1, tag.search(/[ \t\n/>]/))}>`).reverse();
  return `${startTags.join("")}${signature}${endTags.join("")}`;
}

function lengthOf({ source }: XmlElement): number {
  return source.end - source.start;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function children(parent: XmlElement, name: string): readonly XmlElement[] {
  return listChildren(parent, namespaces.signature, name);
}

function algorithmOf(parent: XmlElement, name: string): string {
  const [element, ...more] = children(parent, name);
  return more.length === 0 ? (element?.attributes.get("Algorithm") ?? "") : "";
}
