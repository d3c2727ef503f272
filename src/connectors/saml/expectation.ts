import { UpstreamError } from "../shared/upstream-error.js";
import type { XmlElement } from "./parse-xml.js";

/** What the answer to one request must say. */
export interface Expectation {
  /** `ID` of our request. */
  readonly requestId: string;
  /** Where the answer was to be posted. */
  readonly acsUrl: string;
  readonly audience: string;
  /** Entity ID of the identity provider; undefined: any, as the signature tells who it is. */
  readonly issuer: string | undefined;
  readonly now: number;
}

/** How far the clocks may be apart, as in Dex. */
const skewMs = 30_000;

/** `NotBefore` and `NotOnOrAfter` of SAML Core section 2.5.1, where they are there. Throws `UpstreamError`. */
export function requireInTime(element: XmlElement, now: number): void {
  const from = parseInstant(element, "NotBefore");
  const until = parseInstant(element, "NotOnOrAfter");
  if (from !== undefined && now + skewMs < from)
    throw new UpstreamError("the assertion is not valid yet: are both clocks right?");
  if (until !== undefined && now - skewMs >= until)
    throw new UpstreamError("the assertion is no longer valid: are both clocks right?");
}

/** SAML Core section 1.3.3: UTC. */
function parseInstant(element: XmlElement, name: string): number | undefined {
  const text = element.attributes.get(name);
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UpstreamError(`${name} is no time in UTC`);
  return at;
}

export function requireVersion(element: XmlElement): void {
  if (element.attributes.get("Version") !== "2.0")
    throw new UpstreamError(`the ${element.name} is not of SAML version 2.0`);
}
