import { UpstreamError } from "../shared/upstream-error.js";
import { listChildren, namespaces } from "./elements.js";
import { type Expectation, requireVersion } from "./expectation.js";
import type { XmlElement } from "./parse-xml.js";
import type { TrustedMessage } from "./trust-message.js";

/** Undefined: success. Otherwise what the identity provider said to the person's login. */
export type Refusal = string | undefined;

/**
 * SAML Core section 3.2.2, Profiles section 4.1.4.3. What an unsigned response says proves nothing, but where it is
 * wrong the answer is not for us. Throws `UpstreamError`.
 */
export function checkResponse({ response, isResponseSigned }: TrustedMessage, expected: Expectation): Refusal {
  requireVersion(response);
  const [issuer] = listChildren(response, namespaces.assertion, "Issuer");
  if (issuer !== undefined && expected.issuer !== undefined && issuer.text !== expected.issuer)
    throw new UpstreamError("the response is not from ssoIssuer");
  const destination = response.attributes.get("Destination");
  if (destination !== undefined && destination !== expected.acsUrl)
    throw new UpstreamError("the response is for another Destination than redirectURI");
  const request = response.attributes.get("InResponseTo");
  // A response that nobody asked for could be somebody else's login, put into this browser (dex-connectors O-13).
  if (request !== expected.requestId && (isResponseSigned || request !== undefined))
    throw new UpstreamError("the response does not answer the request of this login (InResponseTo)");
  return readStatus(response);
}

const success = "urn:oasis:names:tc:SAML:2.0:status:Success";
/** Second-level codes (SAML Core section 3.2.2.2) that are about the person, and not about a fault. */
const refusals: ReadonlySet<string> = new Set([
  "AuthnFailed",
  "NoAuthnContext",
  "NoPassive",
  "RequestDenied",
  "UnknownPrincipal",
]);

function readStatus(response: XmlElement): Refusal {
  const [status, ...more] = listChildren(response, namespaces.protocol, "Status");
  const [code] = status === undefined ? [] : listChildren(status, namespaces.protocol, "StatusCode");
  const value = code?.attributes.get("Value");
  if (status === undefined || code === undefined || value === undefined || more.length > 0)
    throw new UpstreamError("the response has no status");
  if (value === success) return undefined;
  const [detail] = listChildren(code, namespaces.protocol, "StatusCode");
  const names = [value, detail?.attributes.get("Value") ?? ""].map((urn) => urn.slice(urn.lastIndexOf(":") + 1));
  const [message] = listChildren(status, namespaces.protocol, "StatusMessage");
  const said = [...names, message?.text.trim() ?? ""].filter((part) => part !== "");
  const sentence = said.join(": ").replaceAll(/\s+/g, " ").slice(0, 200);
  if (names.some((name) => refusals.has(name))) return sentence;
  throw new UpstreamError(`the identity provider answered with the status ${sentence}`);
}
