import type { ZodType } from "zod";

/**
 * Describes one kind of record: how it is checked when read, when it may be swept, what it can be listed by and which
 * of its members are sealed at rest. Plain data: `storage/collection.ts` gives it a life.
 */
export interface RecordKind<T> {
  /** Stable: part of the stored key. */
  readonly name: string;
  readonly schema: ZodType<T>;
  /** Epoch ms after which the sweep may take the record; undefined: never. Rounded by the collection. */
  readonly expiresAt: (record: T) => number | undefined;
  /** Equality filters for `list`, at most `indexSlots`. Values are stored in clear: hash what identifies a person. */
  readonly indexes: Readonly<Record<string, (record: T) => string | undefined>>;
  /** Top-level members that must stay readable to us and to nobody else; sealed with `storage.encryptionKeys`. */
  readonly sealed: readonly (keyof T & string)[];
}
