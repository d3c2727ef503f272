import type { KeyObject } from "node:crypto";
import { UpstreamError } from "../shared/upstream-error.js";
import { listChildren, namespaces } from "./elements.js";
import { findAssertion, type Message } from "./parse-message.js";
import type { XmlElement } from "./parse-xml.js";
import { verifySignature } from "./verify-signature.js";

/** What may be read, and how far. */
export interface TrustedMessage {
  /** Signed where `isResponseSigned`; otherwise anybody could have written it. */
  readonly response: XmlElement;
  readonly isResponseSigned: boolean;
  /** Signed, itself or by the response around it. Absent: there was none. */
  readonly assertion: XmlElement | undefined;
}

/**
 * Keeps what is signed. Every signature that is there must be right (SAML Profiles section 4.1.4.3), and the assertion
 * needs at least one. `keys` undefined: nothing is verified.
 */
export function trustMessage(
  { document, response, assertion }: Message,
  keys: readonly KeyObject[] | undefined,
  allowSha1: boolean,
): TrustedMessage {
  if (keys === undefined) return { response, isResponseSigned: true, assertion };
  const signedAssertion =
    assertion !== undefined && hasSignature(assertion)
      ? verifySignature({ document, path: [response, assertion] }, keys, allowSha1)
      : undefined;
  if (hasSignature(response)) {
    const signed = verifySignature({ document, path: [response] }, keys, allowSha1);
    return { response: signed, isResponseSigned: true, assertion: findAssertion(signed) };
  }
  if (assertion !== undefined && signedAssertion === undefined)
    throw new UpstreamError("neither the response nor its assertion is signed");
  return { response, isResponseSigned: false, assertion: signedAssertion };
}

function hasSignature(element: XmlElement): boolean {
  return listChildren(element, namespaces.signature, "Signature").length > 0;
}
