import * as z from "zod";

/** What the reference says of a key. */
export interface KeyNote {
  readonly description: string;
  /** Of numbers, and of durations, which are text. */
  readonly unit?: string;
  /** What stands behind an absent key, where the schema itself must let it be absent: another place may have it. */
  readonly default?: string | number | boolean | readonly string[];
  /** Never shown. Can also be given as `...Env` and `...File`: by keys of the schema, else by `secret-sources.ts`. */
  readonly secret?: boolean;
  /** The file must have it. Whoever resolves the key reports its absence; this is for readers and editors. */
  readonly required?: boolean;
  /** The texts that are taken; of a list: in it. Whoever resolves the key refuses others. */
  readonly values?: readonly string[];
  /** `values` match whatever their case, and empty text leaves the default. */
  readonly anyCase?: boolean;
  /** For editors. */
  readonly examples?: readonly string[];
  /** Known to Dex, without effect here yet: a warning where it is set. */
  readonly planned?: boolean;
}

/** Text. Unquoted numbers and booleans are read as they were typed. */
export function text(description: string, note: Omit<KeyNote, "description"> = {}) {
  return z
    .string()
    .optional()
    .meta({ description, ...note });
}

export function textOr(fallback: string, description: string, note: Omit<KeyNote, "description"> = {}) {
  return z
    .string()
    .default(fallback)
    .meta({ description, ...note });
}

export function flag(fallback: boolean, description: string) {
  return z.boolean().default(fallback).meta({ description });
}

/** A duration as Go writes it (`24h`, `1h30m`, `500ms`). */
export function duration(fallback: string, description: string) {
  return z.string().default(fallback).meta({ description, unit: "Go duration" });
}

export function texts(description: string, note: Omit<KeyNote, "description"> = {}) {
  return z
    .array(z.string())
    .optional()
    .meta({ description, ...note });
}

/** Anything, because nothing here reads it yet. */
export function planned(description: string) {
  return z.unknown().optional().meta({ description, planned: true });
}
