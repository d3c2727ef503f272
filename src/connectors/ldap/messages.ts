import { BerError, parseElements, parseInteger, requireElement } from "./ber.js";

// Answers are read here and not by ldapts, which takes a missing result code for success and follows a length that points
// backwards for ever. What is sent is written by ldapts.

const tags = { integer: 0x02, octets: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 } as const;

/** Protocol operations of answers (RFC 4511 section 4.2 and on). */
export const answerTags = { bind: 0x61, entry: 0x64, searchDone: 0x65, reference: 0x73, extended: 0x78 } as const;

export interface LdapMessage {
  /** Of the request that this answers; 0: nobody asked (RFC 4511 section 4.4). */
  readonly id: number;
  readonly tag: number;
  readonly content: Buffer;
}

export interface LdapResult {
  readonly code: number;
  /** For an administrator. May name people: not for a log line that everybody reads. */
  readonly diagnostic: string;
}

export interface LdapAttribute {
  /** As the server spells it. */
  readonly name: string;
  readonly values: readonly Buffer[];
}

export interface LdapEntry {
  readonly dn: string;
  readonly attributes: readonly LdapAttribute[];
}

export function parseMessage(frame: Buffer): LdapMessage {
  const [message, ...more] = parseElements(frame);
  if (message?.tag !== tags.sequence || more.length > 0) throw new BerError("no LDAP message");
  const parts = parseElements(message.content);
  const [, operation] = parts;
  if (operation === undefined) throw new BerError("a message without an operation");
  return { id: parseInteger(requireElement(parts, 0, tags.integer)), ...operation };
}

/** Reads the result that ends an operation. A code must stand there: what is missing is never taken for success. */
export function parseResult(content: Buffer): LdapResult {
  const parts = parseElements(content);
  requireElement(parts, 1, tags.octets);
  return {
    code: parseInteger(requireElement(parts, 0, tags.enumerated)),
    diagnostic: requireElement(parts, 2, tags.octets).content.toString("utf8"),
  };
}

export function parseEntry(content: Buffer): LdapEntry {
  const parts = parseElements(content);
  const attributes = parseElements(requireElement(parts, 1, tags.sequence).content);
  return {
    dn: requireElement(parts, 0, tags.octets).content.toString("utf8"),
    attributes: attributes.map((_, index) =>
      parseAttribute(parseElements(requireElement(attributes, index, tags.sequence).content)),
    ),
  };
}

function parseAttribute(parts: ReturnType<typeof parseElements>): LdapAttribute {
  const values = parseElements(requireElement(parts, 1, tags.set).content);
  return {
    name: requireElement(parts, 0, tags.octets).content.toString("latin1"),
    values: values.map((_, index) => requireElement(values, index, tags.octets).content),
  };
}
