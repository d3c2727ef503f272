import * as z from "zod";

/** When a key of a rotating set is in use. Instants in epoch ms. */
export const KeyTimes = z.object({
  createdAt: z.number(),
  /** From here on the key signs or seals, until a newer one does. */
  activeFrom: z.number(),
  /** `activeFrom` of its successor; absent while it has none. */
  activeUntil: z.number().optional(),
  /** The longest life of anything the key has made. A shorter setting later does not shorten what is out already. */
  outputLifeMs: z.number(),
  /** How long before its use a successor must be known to everyone, by the longest setting this key has seen. */
  leadMs: z.number(),
});
export type KeyTimes = z.infer<typeof KeyTimes>;

export interface RotationPolicy {
  /** How long one key is in use. */
  readonly periodMs: number;
  /** How long before its use a key is published to other processes and to whoever caches it. */
  readonly leadMs: number;
  /** The longest life of what a key makes. */
  readonly outputLifeMs: number;
}

export interface Rotation<K> {
  /** In order of `activeFrom`. The stored array itself where nothing changes. */
  readonly keys: readonly K[];
  /** A new key is due: call again with one. */
  readonly wantsKey: boolean;
}

/** What a row of keys should become. */
export interface RotationPlan<T> {
  /** What to store; undefined: it may stay as it is. */
  readonly next: T | undefined;
  /** A new key is due: plan again with a candidate. */
  readonly wantsKey: boolean;
}

/** How long after its end a key may still be used by a process with a slow clock or without storage. */
export const lateMs = 300_000;

/** The newest key whose time has come; the oldest where the clock stands before all of them. */
export function findActiveKey<K extends KeyTimes>(keys: readonly K[], now: number): K | undefined {
  return keys.findLast((key) => key.activeFrom <= now) ?? keys[0];
}

/** Epoch ms from which on nothing valid made by the key can exist. */
export function livesUntil(key: KeyTimes): number {
  return key.activeUntil === undefined ? Number.POSITIVE_INFINITY : key.activeUntil + key.outputLifeMs + lateMs;
}

/** True when no process makes anything with the key any more. */
export function isRetired(key: KeyTimes, now: number): boolean {
  return key.activeUntil !== undefined && now >= key.activeUntil + lateMs;
}

/**
 * One step of a rotation: drops keys whose work has expired, stretches the others to the settings of today, and adds
 * the key that `create` makes where one is due. The first key is active at once, as nobody can hold an older set; any
 * other one `leadMs` after it was written.
 */
export function rotateKeys<K extends KeyTimes>(
  stored: readonly K[],
  now: number,
  policy: RotationPolicy & { readonly isOutdated?: (key: K) => boolean },
  create: ((times: KeyTimes) => K) | undefined,
): Rotation<K> {
  const kept = stored.filter((key) => now < livesUntil(key)).map((key) => stretch(key, now, policy));
  const newest = kept.at(-1);
  const activeFrom =
    newest === undefined ? now : findNextStart(newest, now, policy, policy.isOutdated?.(newest) ?? false);
  if (activeFrom === undefined) return { keys: keepIdentity(stored, kept), wantsKey: false };
  if (create === undefined) return { keys: keepIdentity(stored, kept), wantsKey: true };
  const added = create({ createdAt: now, activeFrom, outputLifeMs: policy.outputLifeMs, leadMs: policy.leadMs });
  const ended = newest === undefined ? [] : [...kept.slice(0, -1), { ...newest, activeUntil: activeFrom }];
  return { keys: [...ended, added], wantsKey: true };
}

/** The array `stored` itself where `next` holds the same members, so that a caller sees that nothing changed. */
export function keepIdentity<K>(stored: readonly K[], next: readonly K[]): readonly K[] {
  return next.length === stored.length && next.every((key, at) => key === stored[at]) ? stored : next;
}

function findNextStart(newest: KeyTimes, now: number, policy: RotationPolicy, isOutdated: boolean): number | undefined {
  if (newest.activeFrom > now) return undefined;
  // Caches may have been filled under an earlier, longer setting: the longer lead counts.
  const earliest = now + Math.max(newest.leadMs, policy.leadMs);
  return isOutdated || newest.activeFrom + policy.periodMs <= earliest ? earliest : undefined;
}

function stretch<K extends KeyTimes>(key: K, now: number, policy: RotationPolicy): K {
  if (isRetired(key, now)) return key;
  const outputLifeMs = Math.max(key.outputLifeMs, policy.outputLifeMs);
  const leadMs = Math.max(key.leadMs, policy.leadMs);
  return outputLifeMs === key.outputLifeMs && leadMs === key.leadMs ? key : { ...key, outputLifeMs, leadMs };
}
