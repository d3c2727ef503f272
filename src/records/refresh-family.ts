import { createHmac } from "node:crypto";
import * as z from "zod";
import { decrypt, encrypt, nonceBytes } from "../platform/aead.js";
import { isSameText, sha256 } from "../platform/hashing.js";
import type { RefreshPolicy } from "./client.js";

/** More superseded secrets than this are not kept: an older one counts as superseded earlier. */
const maxSuperseded = 32;

/** With a shorter reuse interval than this, a secret superseded this recently is the loser of a race, not a replay. */
const raceWindowMs = 1_000;

const Superseded = z.object({
  hash: z.string(),
  at: z.number(),
  /** The secret that followed, sealed under a key that only the superseded secret yields. */
  next: z.string(),
});

/** The refresh state of one grant. Holds no secret that could be presented: hashes, and sealed text that needs an old secret. */
export const RefreshFamily = z.object({
  hash: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number(),
  superseded: z.array(Superseded).readonly(),
});
export type RefreshFamily = z.infer<typeof RefreshFamily>;

/** Randomness for one rotation, drawn before the storage step that may run several times. */
export interface Candidate {
  readonly secret: string;
  /** 12 bytes for sealing the successor. */
  readonly nonce: Uint8Array;
}

/** What presenting a secret means now: one row of the refresh table (DESIGN "Refresh tokens"). */
export type RefreshVerdict =
  | { readonly verdict: "expired" }
  | { readonly verdict: "current" }
  | { readonly verdict: "replayed"; readonly currentSecret: string }
  | { readonly verdict: "lost-race" }
  | { readonly verdict: "reused" };

export function createRefreshFamily(secret: string, now: number): RefreshFamily {
  return { hash: sha256(secret), createdAt: now, lastUsedAt: now, superseded: [] };
}

/** Lifetimes first, then the secret: an expired family says nothing about secrets. */
export function judgeSecret(family: RefreshFamily, secret: string, policy: RefreshPolicy, now: number): RefreshVerdict {
  if (hasExpired(family, policy, now)) return { verdict: "expired" };
  const hash = sha256(secret);
  if (isSameText(hash, family.hash)) return { verdict: "current" };
  const entry = family.superseded.find((old) => isSameText(old.hash, hash));
  if (entry === undefined) return { verdict: "reused" };
  // Negative where another replica's clock runs ahead: then it was superseded just now.
  const age = now - entry.at;
  if (policy.reuseIntervalMs > 0 && age <= policy.reuseIntervalMs) {
    const currentSecret = followChain(family, secret);
    if (currentSecret !== undefined) return { verdict: "replayed", currentSecret };
  }
  return { verdict: age < raceWindowMs ? "lost-race" : "reused" };
}

/** Replaces the current secret; `presented` was judged `current`. Time never runs back in a row, whatever a replica's clock says. */
export function rotateSecret(
  family: RefreshFamily,
  presented: string,
  candidate: Candidate,
  policy: RefreshPolicy,
  clockNow: number,
): RefreshFamily {
  const now = Math.max(clockNow, family.lastUsedAt);
  const recent = listRecent(family, policy, now);
  const retired = { hash: family.hash, at: now, next: sealSuccessor(presented, candidate) };
  return {
    hash: sha256(candidate.secret),
    createdAt: family.createdAt,
    lastUsedAt: now,
    superseded: [...recent, retired].slice(-maxSuperseded),
  };
}

/** Advances last-used without a rotation. */
export function touchFamily(family: RefreshFamily, policy: RefreshPolicy, clockNow: number): RefreshFamily {
  const now = Math.max(clockNow, family.lastUsedAt);
  return { ...family, lastUsedAt: now, superseded: listRecent(family, policy, now) };
}

/** The instant after which the family is dead if it is not used before; undefined: never. */
export function familyEndsAt(family: RefreshFamily, policy: RefreshPolicy): number | undefined {
  const ends = [
    ...(policy.idleMs === undefined ? [] : [family.lastUsedAt + policy.idleMs]),
    ...(policy.absoluteMs === undefined ? [] : [family.createdAt + policy.absoluteMs]),
  ];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Superseded entries that still mean something: an older one would only help whoever holds an old secret and a dump. */
function listRecent(family: RefreshFamily, policy: RefreshPolicy, now: number): RefreshFamily["superseded"] {
  const keptMs = Math.max(policy.reuseIntervalMs, raceWindowMs);
  return family.superseded.filter((old) => now - old.at <= keptMs);
}

function hasExpired(family: RefreshFamily, policy: RefreshPolicy, now: number): boolean {
  const endsAt = familyEndsAt(family, policy);
  return endsAt !== undefined && now > endsAt;
}

/** Opens successor after successor, from a superseded secret to the current one. */
function followChain(family: RefreshFamily, presented: string): string | undefined {
  let secret = presented;
  for (let step = 0; step < maxSuperseded; step++) {
    const hash = sha256(secret);
    if (hash === family.hash) return secret;
    const entry = family.superseded.find((old) => old.hash === hash);
    const next = entry === undefined ? undefined : openSuccessor(secret, entry.next);
    if (next === undefined) return undefined;
    secret = next;
  }
  return sha256(secret) === family.hash ? secret : undefined;
}

const successorContext = "latchkey refresh successor";

function successorKey(secret: string): Buffer {
  return createHmac("sha256", secret).update(successorContext).digest();
}

function sealSuccessor(presented: string, candidate: Candidate): string {
  const nonce = candidate.nonce.subarray(0, nonceBytes);
  return encrypt(successorKey(presented), nonce, successorContext, Buffer.from(candidate.secret)).toString("base64url");
}

function openSuccessor(secret: string, sealed: string): string | undefined {
  return decrypt(successorKey(secret), successorContext, Buffer.from(sealed, "base64url"))?.toString();
}
