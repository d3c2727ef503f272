import * as z from "zod";
import { type SigningAlgorithm, signingAlgorithms } from "../oidc/signing-algorithm.js";
import {
  isRetired,
  KeyTimes,
  keepIdentity,
  type RotationPlan,
  type RotationPolicy,
  rotateKeys,
} from "./key-rotation.js";
import type { RecordKind } from "./kind.js";

/** Public members alone: a strict schema, so that no private member can ever be stored, and so published, with them. */
export const PublicJwk = z.discriminatedUnion("kty", [
  z.strictObject({ kty: z.literal("RSA"), n: z.string(), e: z.string() }),
  z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() }),
  z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() }),
]);
export type PublicJwk = z.infer<typeof PublicJwk>;

/** A key pair before it has a place in the rotation. */
export const SigningKeyPair = z.object({
  /** RFC 7638 thumbprint: the `kid`. */
  keyId: z.string().min(1),
  algorithm: z.enum(signingAlgorithms),
  publicJwk: PublicJwk,
  /** PKCS #8, base64. Absent once the key has retired: what only verifies cannot be stolen. */
  privateKey: z.string().optional(),
});
export type SigningKeyPair = z.infer<typeof SigningKeyPair>;

export const SigningKeyRecord = SigningKeyPair.extend(KeyTimes.shape);
export type SigningKeyRecord = z.infer<typeof SigningKeyRecord>;

/** All signing keys of the issuer, in order of use: one row, so that every change is one compare-and-swap. */
export const SigningKeys = z.object({ keys: z.array(SigningKeyRecord).readonly() });
export type SigningKeys = z.infer<typeof SigningKeys>;

/** Sealed whole: the public halves are no secret, but nobody reads them apart from the private ones. */
export const signingKeysKind: RecordKind<SigningKeys> = {
  name: "signing-keys",
  schema: SigningKeys,
  expiresAt: () => undefined,
  indexes: {},
  sealed: ["keys"],
};

export interface SigningKeyPolicy extends RotationPolicy {
  readonly algorithm: SigningAlgorithm;
}

/** What the stored keys should become at `now`. Another algorithm in the settings makes the newest key outdated. */
export function planSigningKeys(
  state: SigningKeys | undefined,
  now: number,
  policy: SigningKeyPolicy,
  candidate?: SigningKeyPair,
): RotationPlan<SigningKeys> {
  const stored = state?.keys ?? [];
  const create = candidate && ((times: KeyTimes): SigningKeyRecord => ({ ...candidate, ...times }));
  const isOutdated = (key: SigningKeyRecord): boolean => key.algorithm !== policy.algorithm;
  const rotation = rotateKeys(stored, now, { ...policy, isOutdated }, create);
  const keys = keepIdentity(
    stored,
    rotation.keys.map((key) => forgetPrivateHalf(key, now)),
  );
  return { next: keys === stored ? undefined : { keys }, wantsKey: rotation.wantsKey };
}

function forgetPrivateHalf(key: SigningKeyRecord, now: number): SigningKeyRecord {
  if (key.privateKey === undefined || !isRetired(key, now)) return key;
  const { privateKey: _, ...rest } = key;
  return rest;
}
