import { UpstreamError } from "../shared/upstream-error.js";
import type { Directory } from "./directory.js";
import { findText, listValues } from "./entry.js";
import { OperationRefused } from "./failures.js";
import { allOf, anyOf, createMatch } from "./filter.js";
import type { LdapEntry } from "./messages.js";
import { resultCodes } from "./result-codes.js";
import type { GroupSettings } from "./settings.js";

/** Values that one search asks for at once. */
const valuesPerSearch = 50;
/** No directory may keep a login busy for ever: groups that are looked at for one person, at most. */
const maxGroups = 10_000;

/**
 * The names of a person's groups, each once. With a recursion attribute also those of the groups around them: level by
 * level, every group once, so that a circle ends.
 */
export async function findGroups(
  directory: Directory,
  groups: GroupSettings,
  person: LdapEntry,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const { userAttribute, groupAttribute, recursionAttribute } of groups.matchers) {
    const seen = new Set<string>();
    let attribute = groupAttribute;
    let values = listValues(person, userAttribute);
    while (values.length > 0) {
      const found = await findHolders(directory, groups, attribute, values, signal);
      const fresh = found.filter(({ dn }) => !seen.has(dn.toLowerCase()));
      for (const group of fresh) {
        seen.add(group.dn.toLowerCase());
        names.add(requireName(group, groups.nameAttribute));
      }
      if (seen.size > maxGroups) throw new UpstreamError(`more than ${maxGroups} groups of one person`);
      if (recursionAttribute === undefined) break;
      attribute = recursionAttribute;
      values = fresh.map(({ dn }) => Buffer.from(dn, "utf8"));
    }
  }
  return [...names];
}

/** The groups that hold one of these values. A base that does not exist holds none, as in Dex. */
async function findHolders(
  directory: Directory,
  { baseDn, scope, filters, nameAttribute }: GroupSettings,
  attribute: string,
  values: readonly Buffer[],
  signal: AbortSignal,
): Promise<readonly LdapEntry[]> {
  const found: LdapEntry[] = [];
  for (let at = 0; at < values.length; at += valuesPerSearch) {
    const part = values.slice(at, at + valuesPerSearch);
    const match = anyOf(part.map((value) => createMatch(attribute, value)));
    const input = {
      baseDn,
      scope,
      filter: allOf([...filters, match]),
      attributes: listName(nameAttribute),
      sizeLimit: 0,
    };
    try {
      found.push(...(await directory.search(input, signal)));
    } catch (error) {
      if (!(error instanceof OperationRefused && error.resultCode === resultCodes.noSuchObject)) throw error;
    }
  }
  return found;
}

function listName(nameAttribute: string): readonly string[] {
  return nameAttribute.toLowerCase() === "dn" ? [] : [nameAttribute];
}

/** A group that cannot be named would silently be missing where somebody relies on it: an error, as in Dex. */
function requireName(group: LdapEntry, nameAttribute: string): string {
  const name = findText(group, nameAttribute);
  if (name === undefined) throw new UpstreamError(`a group has no attribute ${nameAttribute}`);
  return name;
}
