import * as z from "zod";
import type { LdapEntry } from "./messages.js";

/** What a refresh needs to find a person again. */
export interface StoredLogin {
  /** As it was typed. */
  readonly username: string;
  readonly dn: string;
}

/** Dex's `connectorData`, as far as it is read: the attributes in it are looked up again anyway. */
const StoredData = z.object({
  username: z.string().min(1),
  entry: z.object({ DN: z.string().min(1) }),
});

/** Reads what this connector or Dex has stored. Undefined: nothing that can be used. */
export function parseStoredLogin(data: string | undefined): StoredLogin | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data ?? "");
  } catch {
    return undefined;
  }
  const { data: stored } = StoredData.safeParse(value);
  return stored === undefined ? undefined : { username: unescapeName(stored.username), dn: stored.entry.DN };
}

/** In Dex's form; of the entry only its name, as nothing else is needed. */
export function formatStoredLogin(username: string, { dn }: LdapEntry): string {
  const stored = { username: escapeName(username), entry: { DN: dn, Attributes: [] } };
  return JSON.stringify(stored);
}

/** Dex stores the name as it stands in a filter: those bytes as `\xx` that RFC 4515 section 3 escapes, and all above ASCII. */
function escapeName(name: string): string {
  return [...Buffer.from(name, "utf8")]
    .map((byte) =>
      byte >= 0x80 || "()*\\\0".includes(String.fromCharCode(byte))
        ? `\\${byte.toString(16).padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}

function unescapeName(stored: string): string {
  const pieces = stored.split(/\\([0-9a-fA-F]{2})/);
  const bytes = pieces.map((piece, index) => Buffer.from(piece, index % 2 === 1 ? "hex" : "utf8"));
  return Buffer.concat(bytes).toString("utf8");
}
