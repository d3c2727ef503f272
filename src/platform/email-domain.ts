import { domainToASCII } from "node:url";

/** Longest address that is looked at (RFC 5321 section 4.5.3.1: 64 and 255, less what no path can hold). */
const maxAddressLength = 320;

/**
 * A domain as it is compared: lower case, in ASCII (`Bücher.example` and `xn--bcher-kva.example` are one), without a dot
 * at its end. Undefined for what is none.
 */
export function parseDomain(text: string): string | undefined {
  // The reader of hosts stops at what ends a host in a URL, and would take the part before it.
  if (/[\s/\\?#@:%[\]]/.test(text.trim())) return undefined;
  const ascii = domainToASCII(text.trim()).replace(/\.$/, "");
  return ascii.length <= 253 && /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/.test(ascii) ? ascii : undefined;
}

/** The domain of an e-mail address, as `parseDomain` gives it. A quoted local part may hold an `@`: the last one counts. */
export function findEmailDomain(address: string): string | undefined {
  const text = address.trim();
  const at = text.lastIndexOf("@");
  return at < 1 || text.length > maxAddressLength ? undefined : parseDomain(text.slice(at + 1));
}
