import { findAllowedGroups } from "../allowed-groups.js";
import { UpstreamError } from "../upstream-error.js";
import type { GroupFilter } from "./group-filter.js";
import type { Claims } from "./signed-token.js";

/** How the groups of the claims are read. */
export interface GroupSettings {
  /** Another claim than `groups`. */
  readonly claim?: string | undefined;
  /** Use `claim` also where `groups` is there. */
  readonly overrides: boolean;
  readonly filter?: GroupFilter | undefined;
  readonly allowed?: readonly string[] | undefined;
}

/** A group made of other claims (`claimModifications.newGroupFromClaims`). */
export interface NewGroup {
  readonly claims: readonly string[];
  readonly delimiter: string;
  readonly clearDelimiter: boolean;
  readonly prefix: string;
}

/** The person's groups that may come in. Undefined: in none of the allowed ones. */
export function readGroups(claims: Claims, settings: GroupSettings): readonly string[] | undefined {
  const { filter = () => true } = settings;
  return findAllowedGroups(listGroups(claims, settings).filter(filter), settings.allowed);
}

/**
 * Texts, or objects with a `name`; one group may stand alone. The filter is applied to that one too, which Dex forgets
 * (dex-connectors O-29).
 */
function listGroups(claims: Claims, { claim, overrides }: GroupSettings): readonly string[] {
  const isMapped = claim !== undefined && (overrides || !Array.isArray(claims["groups"]));
  const key = isMapped ? claim : "groups";
  const value = claims[key];
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (typeof each === "string") return [each];
    if (typeof each !== "object" || each === null || Array.isArray(each)) {
      throw new UpstreamError(`the claim ${key} holds something that is no group`);
    }
    const name: unknown = Reflect.get(each, "name");
    return typeof name === "string" ? [name] : [];
  });
}

/** Groups that the settings make out of other claims. One none of whose claims is there is left out. */
export function makeGroups(claims: Claims, settings: readonly NewGroup[]): readonly string[] {
  return settings.flatMap(({ claims: names, delimiter, clearDelimiter, prefix }) => {
    const parts = names.flatMap((name) => {
      const value = claims[name];
      if (typeof value !== "string") return [];
      return [clearDelimiter && delimiter !== "" ? value.replaceAll(delimiter, "") : value];
    });
    return parts.length === 0 ? [] : [[prefix, ...parts].join(delimiter)];
  });
}
