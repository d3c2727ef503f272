/**
 * The groups of a person that are in `allowed`, in the order of the person's. Undefined: in none of them, so they may not
 * come in. Compared to the letter, as in Dex; an empty or absent list allows everybody.
 */
export function findAllowedGroups(
  groups: readonly string[],
  allowed: readonly string[] | undefined,
): readonly string[] | undefined {
  if (allowed === undefined || allowed.length === 0) return groups;
  const wanted = new Set(allowed);
  const kept = groups.filter((group) => wanted.has(group));
  return kept.length === 0 ? undefined : kept;
}

/** What a person outside of every allowed group is told in the log; the page says less. */
export const notInAllowedGroups = { outcome: "denied", detail: "in none of the allowed groups" } as const;
