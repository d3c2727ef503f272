import { namespaces } from "./elements.js";

export interface AuthnRequest {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly destination: string;
  readonly acsUrl: string;
  readonly entityIssuer: string | undefined;
  /** URN. */
  readonly nameIdFormat: string;
}

/** The `AuthnRequest` (SAML Core section 3.4.1) as Dex writes it, for the POST binding: base64, not signed. */
export function formatAuthnRequest(request: AuthnRequest): string {
  const attributes = [
    ["xmlns", namespaces.protocol],
    ["ID", request.id],
    ["Version", "2.0"],
    ["IssueInstant", new Date(request.issuedAt).toISOString().replace(/\.\d+Z$/, "Z")],
    ["Destination", request.destination],
    ["ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"],
    ["AssertionConsumerServiceURL", request.acsUrl],
  ];
  const written = attributes.map(([name = "", value = ""]) => ` ${name}="${escapeXml(value)}"`).join("");
  const issuer =
    request.entityIssuer === undefined
      ? ""
      : `  <Issuer xmlns="${namespaces.assertion}">${escapeXml(request.entityIssuer)}</Issuer>\n`;
  const policy = `  <NameIDPolicy AllowCreate="true" Format="${escapeXml(request.nameIdFormat)}"></NameIDPolicy>\n`;
  return Buffer.from(`<AuthnRequest${written}>\n${issuer}${policy}</AuthnRequest>`, "utf8").toString("base64");
}

/** An ID of SAML (xs:ID) from a secret of the flow, which may begin with a digit. */
export function createRequestId(secret: string): string {
  return `_${secret}`;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? "");
}
