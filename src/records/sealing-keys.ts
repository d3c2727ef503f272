import * as z from "zod";
import { KeyTimes, type RotationPlan, type RotationPolicy, rotateKeys } from "./key-rotation.js";
import type { RecordKind } from "./kind.js";

/** A sealing key before it has a place in the rotation. */
export const SealingSecret = z.object({
  /** 6 random bytes, base64url: stands at the head of whatever the key sealed. */
  keyId: z.string().length(8),
  /** 32 random bytes, base64url. */
  secret: z.string().length(43),
});
export type SealingSecret = z.infer<typeof SealingSecret>;

export const SealingKeyRecord = SealingSecret.extend(KeyTimes.shape);
export type SealingKeyRecord = z.infer<typeof SealingKeyRecord>;

/** All sealing keys, in order of use: one row, so that every change is one compare-and-swap. */
export const SealingKeys = z.object({ keys: z.array(SealingKeyRecord).readonly() });
export type SealingKeys = z.infer<typeof SealingKeys>;

export const sealingKeysKind: RecordKind<SealingKeys> = {
  name: "sealing-keys",
  schema: SealingKeys,
  expiresAt: () => undefined,
  indexes: {},
  sealed: ["keys"],
};

/** What the stored keys should become at `now`. */
export function planSealingKeys(
  state: SealingKeys | undefined,
  now: number,
  policy: RotationPolicy,
  candidate?: SealingSecret,
): RotationPlan<SealingKeys> {
  const stored = state?.keys ?? [];
  const create = candidate && ((times: KeyTimes): SealingKeyRecord => ({ ...candidate, ...times }));
  const { keys, wantsKey } = rotateKeys(stored, now, policy, create);
  return { next: keys === stored ? undefined : { keys }, wantsKey };
}
