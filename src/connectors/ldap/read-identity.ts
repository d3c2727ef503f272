import type { Identity } from "../../records/identity.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { findText, listValues } from "./entry.js";
import type { LdapEntry } from "./messages.js";
import type { LdapSettings, UserSettings } from "./settings.js";

/** The directory answers, but not with all that makes an identity: this person can't log in, and others can. */
export class IncompleteEntry extends UpstreamError {}

/**
 * Who an entry is. Rejects with `IncompleteEntry` where a configured attribute is not there, naming all that are missing,
 * as Dex does: an identity with holes would be another one at some clients.
 */
export function readIdentity(
  { users, emailVerified }: LdapSettings,
  entry: LdapEntry,
  groups: readonly string[],
): Identity {
  const missing: string[] = [];
  function read(attribute: string | undefined): string {
    if (attribute === undefined) return "";
    const value = findText(entry, attribute);
    if (value === undefined) missing.push(attribute);
    return value ?? "";
  }
  const hasId = read(users.idAttribute) !== "";
  const username = read(users.nameAttribute);
  const preferredUsername = read(users.preferredUsernameAttribute);
  // As in Dex the display name stands before the suffix, and not the id (dex-connectors O-27).
  const email = users.emailSuffix === undefined ? read(users.emailAttribute) : `${username}@${users.emailSuffix}`;
  if (missing.length > 0) throw new IncompleteEntry(`the person's entry has no ${missing.join(", ")}`);
  const userId = hasId ? readId(users, entry) : "";
  return { userId, username, preferredUsername, email, emailVerified, groups };
}

function readId({ idAttribute, idFormat }: UserSettings, entry: LdapEntry): string {
  const [bytes = Buffer.alloc(0)] = listValues(entry, idAttribute);
  const id = idFormat.format(bytes);
  if (id === undefined || id === "")
    throw new UpstreamError(`${idAttribute} holds bytes that idFormat cannot write: choose hex, base64 or guid`);
  return id;
}
