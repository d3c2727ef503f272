/** The members of `T` that may be undefined, as members that may be absent. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out members that are undefined: an absent value is an absent member (`exactOptionalPropertyTypes`). */
export function present<T extends object>(members: T): Present<T> {
  const kept: Present<T> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) Object.assign(kept, { [name]: value });
  }
  return kept;
}
