import { findActiveKey, type KeyTimes, livesUntil } from "../records/key-rotation.js";

/** The rotation as an operator sees it. */
export interface KeyOutlook {
  /** Keys that sign now: one, or none. */
  readonly active: number;
  /** Published ahead of their use. */
  readonly pending: number;
  /** Kept because tokens that they signed may still be valid. */
  readonly retired: number;
  /** When another key takes over (epoch ms); in the past where the rotation is late. Undefined without a key. */
  readonly nextRotationAt?: number;
}

/** Counts what is published at `now`. A key without a successor is followed one rotation period after its start. */
export function findKeyOutlook(keys: readonly KeyTimes[], now: number, periodMs: number): KeyOutlook {
  const living = keys.filter((key) => now < livesUntil(key));
  const active = findActiveKey(living, now);
  if (active === undefined) return { active: 0, pending: 0, retired: 0 };
  const pending = living.filter((key) => key !== active && key.activeFrom > now);
  return {
    active: 1,
    pending: pending.length,
    retired: living.length - pending.length - 1,
    nextRotationAt: pending[0]?.activeFrom ?? active.activeFrom + periodMs,
  };
}
