import type { Filter } from "ldapts";
import { UpstreamError } from "../shared/upstream-error.js";
import type { Directory } from "./directory.js";
import { isDn } from "./entry.js";
import { allOf, anyOf, createMatch } from "./filter.js";
import type { LdapEntry } from "./messages.js";
import type { UserSettings } from "./settings.js";

/** The one entry that has this user name. Undefined: none. Rejects when there are several. */
export function findByUsername(
  directory: Directory,
  users: UserSettings,
  username: string,
  signal: AbortSignal,
): Promise<LdapEntry | undefined> {
  const value = Buffer.from(username, "utf8");
  return findOne(directory, users, anyOf(users.usernameAttributes.map((name) => createMatch(name, value))), signal);
}

/** Attributes that a directory gives an entry for good, and never to another one. */
const permanentAttributes: ReadonlySet<string> = new Set([
  "entryuuid",
  "objectguid",
  "nsuniqueid",
  "ipauniqueid",
  "guid",
  "ibm-entryuuid",
  "orclguid",
]);

/**
 * Whether equal ids mean the same person, whatever else has changed. Not so with user names and addresses: those are given
 * to the next person, who must not inherit the logins of the last.
 */
export function hasPermanentId({ idAttribute }: UserSettings): boolean {
  return permanentAttributes.has(idAttribute.toLowerCase());
}

/** The entry with this id, where ids are permanent. */
export async function findById(
  directory: Directory,
  users: UserSettings,
  userId: string,
  signal: AbortSignal,
): Promise<LdapEntry | undefined> {
  if (isDn(users.idAttribute) || !hasPermanentId(users)) return undefined;
  return findOne(directory, users, createMatch(users.idAttribute, users.idFormat.parse(userId)), signal);
}

async function findOne(
  directory: Directory,
  { baseDn, scope, filters, requested }: UserSettings,
  match: Filter,
  signal: AbortSignal,
): Promise<LdapEntry | undefined> {
  const input = { baseDn, scope, filter: allOf([...filters, match]), attributes: requested, sizeLimit: 2 };
  const [entry, ...others] = await directory.search(input, signal);
  if (others.length > 0) throw new UpstreamError("the user search found more than one entry");
  // A bind without a name succeeds with any password at some servers: it is an anonymous one (RFC 4513 section 5.1).
  if (entry?.dn === "") throw new UpstreamError("the user search found an entry without a DN");
  return entry;
}
