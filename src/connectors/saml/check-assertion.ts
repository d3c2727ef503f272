import { UpstreamError } from "../shared/upstream-error.js";
import { listChildren, namespaces } from "./elements.js";
import { type Expectation, requireInTime, requireVersion } from "./expectation.js";
import type { XmlElement } from "./parse-xml.js";

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/** A condition that is not understood makes the whole assertion worthless (SAML Core section 2.5.1). */
const knownConditions: ReadonlySet<string> = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);

/**
 * Whether the assertion is from the right issuer, for us, about this login and in time (SAML Core section 2, Profiles
 * section 4.1.4.3). Gives the text of its NameID, byte by byte as it stands. Throws `UpstreamError`.
 */
export function checkAssertion(assertion: XmlElement, expected: Expectation): string {
  requireVersion(assertion);
  const issuer = requireOne(assertion, "Issuer");
  if (expected.issuer !== undefined && issuer.text !== expected.issuer)
    throw new UpstreamError("the assertion is not from ssoIssuer");
  const subject = requireOne(assertion, "Subject");
  const namesRecipient = requireConfirmation(subject, expected);
  const namesAudience = checkConditions(assertion, expected);
  // Profiles section 4.1.4.2 demands both. Without either it could be one that was made for somebody else.
  if (!namesRecipient && !namesAudience)
    throw new UpstreamError("the assertion names neither a Recipient nor an audience: nothing says that it is for us");
  const nameId = requireOne(subject, "NameID");
  if (nameId.text === "" || nameId.children.length > 0) throw new UpstreamError("the NameID is empty");
  return nameId.text;
}

/** At least one confirmation must hold: whether it names its Recipient. Where all fail the reason of the last one is told. */
function requireConfirmation(subject: XmlElement, expected: Expectation): boolean {
  let reason = new UpstreamError("the assertion has no subject confirmation");
  for (const confirmation of listChildren(subject, namespaces.assertion, "SubjectConfirmation")) {
    try {
      return checkConfirmation(confirmation, expected);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      reason = error;
    }
  }
  throw reason;
}

function checkConfirmation(confirmation: XmlElement, expected: Expectation): boolean {
  if (confirmation.attributes.get("Method") !== bearer)
    throw new UpstreamError("the subject is not confirmed as its bearer");
  const data = requireOne(confirmation, "SubjectConfirmationData");
  if (data.attributes.get("InResponseTo") !== expected.requestId)
    throw new UpstreamError("the assertion does not answer the request of this login (InResponseTo)");
  const recipient = data.attributes.get("Recipient");
  if (recipient !== undefined && recipient !== expected.acsUrl)
    throw new UpstreamError("the assertion is for another Recipient than redirectURI");
  requireInTime(data, expected.now);
  return recipient !== undefined;
}

/** Whether there is an audience among them. */
function checkConditions(assertion: XmlElement, expected: Expectation): boolean {
  const [conditions, ...more] = listChildren(assertion, namespaces.assertion, "Conditions");
  if (more.length > 0) throw new UpstreamError("the assertion has conditions twice");
  if (conditions === undefined) return false;
  requireInTime(conditions, expected.now);
  for (const condition of conditions.children) {
    if (condition.namespace !== namespaces.assertion || !knownConditions.has(condition.name))
      throw new UpstreamError("the assertion has a condition that is not understood");
    const audiences = listChildren(condition, namespaces.assertion, "Audience");
    if (condition.name === "AudienceRestriction" && !audiences.some(({ text }) => text === expected.audience))
      throw new UpstreamError("the assertion is for another audience than entityIssuer or redirectURI");
  }
  return listChildren(conditions, namespaces.assertion, "AudienceRestriction").length > 0;
}

function requireOne(parent: XmlElement, name: string): XmlElement {
  const [element, ...more] = listChildren(parent, namespaces.assertion, name);
  if (element === undefined || more.length > 0)
    throw new UpstreamError(`the ${parent.name} does not have exactly one ${name}`);
  return element;
}
