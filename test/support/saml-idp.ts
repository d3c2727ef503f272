import { execFileSync } from "node:child_process";
import { SignedXml } from "xml-crypto";
import { findPart } from "./parts.js";

export interface SamlKey {
  readonly key: string;
  readonly certificate: string;
}

/** A key with a self-signed certificate that is valid from now on. */
export function createSamlKey(kind: "rsa" | "ec" = "rsa", days = 3_650): SamlKey {
  const curve = kind === "ec" ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["rsa:2048"];
  const pem = execFileSync(
    findPart("openssl").path,
    [
      "req",
      "-x509",
      "-newkey",
      ...curve,
      "-nodes",
      "-subj",
      "/CN=idp",
      "-days",
      String(days),
      "-keyout",
      "-",
      "-out",
      "-",
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const split = pem.indexOf("-----BEGIN CERTIFICATE-----");
  return { key: pem.slice(0, split), certificate: pem.slice(split) };
}

export const samlUrls = {
  acs: "https://sso.example.com/dex/callback",
  sso: "https://idp.example/sso",
  issuer: "https://idp.example/metadata",
} as const;

/** What a response of the test's identity provider says. `undefined` leaves the attribute or the element out. */
export interface ResponseContent {
  readonly requestId: string;
  readonly now: number;
  readonly responseIssuer?: string | undefined;
  readonly assertionIssuer?: string;
  readonly destination?: string | undefined;
  readonly responseTo?: string | undefined;
  readonly status?: string;
  readonly nameId?: string;
  readonly confirmation?: string;
  readonly recipient?: string | undefined;
  readonly subjectTo?: string | undefined;
  readonly audience?: string | undefined;
  /** Relative to `now`. */
  readonly from?: number;
  readonly until?: number;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** More XML at the end of the assertion, or of the response. */
  readonly inAssertion?: string;
  readonly inResponse?: string;
}

const defaults = {
  responseIssuer: samlUrls.issuer,
  assertionIssuer: samlUrls.issuer,
  destination: samlUrls.acs,
  status: `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`,
  nameId: "jane",
  confirmation: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
  recipient: samlUrls.acs,
  audience: samlUrls.acs,
  from: -60_000,
  until: 300_000,
  attributes: { name: ["Jane Doe"], email: ["jane@example.com"], groups: ["dev", "ops"] },
  inAssertion: "",
  inResponse: "",
};

function attribute(name: string, value: string | undefined): string {
  return value === undefined ? "" : ` ${name}="${value}"`;
}

/** An unsigned assertion of SAML 2.0 with the ID `_assertion`. */
export function writeAssertion(content: ResponseContent): string {
  const all = { ...defaults, subjectTo: content.requestId, ...content };
  const at = (offset: number): string => new Date(all.now + offset).toISOString();
  const times = `NotBefore="${at(all.from)}" NotOnOrAfter="${at(all.until)}"`;
  const audience =
    all.audience === undefined
      ? ""
      : `<saml:AudienceRestriction><saml:Audience>${all.audience}</saml:Audience></saml:AudienceRestriction>`;
  const attributes = Object.entries(all.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("")}</saml:Attribute>`,
  );
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0" IssueInstant="${at(0)}"><saml:Issuer>${all.assertionIssuer}</saml:Issuer><saml:Subject><saml:NameID>${all.nameId}</saml:NameID><saml:SubjectConfirmation Method="${all.confirmation}"><saml:SubjectConfirmationData${attribute("InResponseTo", all.subjectTo)}${attribute("Recipient", all.recipient)} NotOnOrAfter="${at(all.until)}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions ${times}>${audience}</saml:Conditions><saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement>${all.inAssertion}</saml:Assertion>`;
}

/** An unsigned response with the ID `_response` around an assertion, or around something else. */
export function writeResponse(content: ResponseContent, assertion = writeAssertion(content)): string {
  const all = { ...defaults, responseTo: content.requestId, ...content };
  const issuer =
    all.responseIssuer === undefined
      ? ""
      : `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${all.responseIssuer}</saml:Issuer>`;
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0" IssueInstant="${new Date(all.now).toISOString()}"${attribute("Destination", all.destination)}${attribute("InResponseTo", all.responseTo)}>${issuer}<samlp:Status>${all.status}</samlp:Status>${assertion}${all.inResponse}</samlp:Response>`;
}

export interface SigningOptions {
  readonly id?: "_assertion" | "_response" | "";
  readonly algorithm?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  readonly withKeyInfo?: boolean;
  /** Uses the public certificate as the key of an HMAC. */
  readonly hmac?: boolean;
}

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
export const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/** Signs one element of a document; its signature follows its issuer, as the schema wants it. */
export function signXml(xml: string, key: SamlKey, options: SigningOptions = {}): string {
  const { id = "_assertion", canonicalization = exclusive, hmac = false } = options;
  const signer = new SignedXml({
    privateKey: hmac ? key.certificate : key.key,
    ...(options.withKeyInfo === true && { publicCert: key.certificate }),
    signatureAlgorithm: hmac
      ? "http://www.w3.org/2000/09/xmldsig#hmac-sha1"
      : (options.algorithm ?? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    canonicalizationAlgorithm: canonicalization,
  });
  if (hmac) signer.enableHMAC();
  const xpath = id === "" ? "/*" : `//*[@ID='${id}']`;
  signer.addReference({
    xpath,
    transforms: options.transforms ?? [enveloped, canonicalization],
    digestAlgorithm: options.digest ?? "http://www.w3.org/2001/04/xmlenc#sha256",
    ...(id === "" && { uri: "", isEmptyUri: true }),
  });
  signer.computeSignature(xml, {
    prefix: "ds",
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: "after" },
  });
  return signer.getSignedXml();
}

/** As a browser posts it. */
export function encodeResponse(xml: string): string {
  return Buffer.from(xml, "utf8").toString("base64");
}
