import { isUtf8 } from "node:buffer";
import { UpstreamError } from "../shared/upstream-error.js";
import type { LdapEntry } from "./messages.js";

/**
 * The values of an attribute, whose name is compared whatever its case, as servers spell it as their schema does
 * (dex-connectors O-28). `DN` means the entry's own name where it has no attribute of that name.
 */
export function listValues(entry: LdapEntry, attribute: string): readonly Buffer[] {
  const wanted = attribute.toLowerCase();
  const found = entry.attributes.find(({ name }) => name.toLowerCase() === wanted);
  if (found !== undefined) return found.values;
  // Active Directory gives long lists in parts: the first of them would look like the whole (MS-ADTS section 3.1.1.3.1.3.3).
  if (entry.attributes.some(({ name }) => name.toLowerCase().startsWith(`${wanted};range=`)))
    throw new UpstreamError(`the directory gives only a part of ${attribute}`);
  return isDn(attribute) ? [Buffer.from(entry.dn, "utf8")] : [];
}

/** The first value as text, or undefined where there is none or an empty one: Dex takes both for missing. */
export function findText(entry: LdapEntry, attribute: string): string | undefined {
  const text = listValues(entry, attribute)[0]?.toString("utf8");
  return text === "" ? undefined : text;
}

/** Whether an attribute is the pseudo attribute that stands for the entry's name. */
export function isDn(attribute: string): boolean {
  return attribute.toLowerCase() === "dn";
}

/** What to ask a server for: without repeats, without what is no attribute, and without the rule behind a name. */
export function listRequested(attributes: readonly (string | undefined)[]): readonly string[] {
  const names = attributes.flatMap((name) => name?.split(":")[0] ?? []).filter((name) => name !== "" && !isDn(name));
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** How the bytes of the id become text, and the other way round. */
export interface IdFormat {
  /** Undefined: these bytes cannot be written so. */
  readonly format: (bytes: Buffer) => string | undefined;
  readonly parse: (text: string) => Buffer;
}

/**
 * Text is as it is in Dex. Bytes that are no UTF-8 Dex cannot put into a `sub` either: its login ends with an error, or
 * (where its storage is JSON) their replacement makes one text of several people's ids. Here they are refused.
 */
const text: IdFormat = {
  format: (bytes) => (isUtf8(bytes) ? bytes.toString("utf8") : undefined),
  parse: (value) => Buffer.from(value, "utf8"),
};

const idFormats: ReadonlyMap<string, IdFormat> = new Map([
  ["text", text],
  ["hex", { format: (bytes) => bytes.toString("hex"), parse: (value) => Buffer.from(value, "hex") }],
  ["base64", { format: (bytes) => bytes.toString("base64"), parse: (value) => Buffer.from(value, "base64") }],
  ["guid", { format: formatGuid, parse: (value) => swapGuid(Buffer.from(value.replaceAll("-", ""), "hex")) }],
]);

export function requireIdFormat(name: string): IdFormat {
  return idFormats.get(name) ?? text;
}

function formatGuid(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  return swapGuid(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The first three parts of a GUID stand in the order of little-endian numbers (MS-DTYP section 2.3.4.2). */
function swapGuid(bytes: Buffer): Buffer {
  const part = (from: number, to: number): Buffer => Buffer.from(bytes.subarray(from, to)).reverse();
  return Buffer.concat([part(0, 4), part(4, 6), part(6, 8), bytes.subarray(8)]);
}
