import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import type { SigningKeyPolicy } from "../records/signing-keys.js";

const longestCacheMs = 600_000;
const longestPollMs = 30_000;
const shortestPollMs = 1_000;

/** How long clients may keep the JWKS and the discovery document: ten minutes as with Dex, or a third of the period. */
export function jwksCacheMs(rotationPeriodMs: number): number {
  return Math.min(longestCacheMs, Math.floor(rotationPeriodMs / 3));
}

/** How often a process looks for what others have changed. */
export function keyPollMs(rotationPeriodMs: number): number {
  return Math.max(shortestPollMs, Math.min(longestPollMs, Math.floor(jwksCacheMs(rotationPeriodMs) / 3)));
}

/**
 * Other processes hand out the older key set until they poll, and then it may be cached: a key is known everywhere one
 * poll and one cache lifetime after it was written. Two polls, because one may fail.
 */
export function createSigningKeyPolicy(settings: {
  readonly algorithm: SigningAlgorithm;
  readonly rotationPeriodMs: number;
  readonly tokenLifetimeMs: number;
}): SigningKeyPolicy {
  return {
    algorithm: settings.algorithm,
    periodMs: settings.rotationPeriodMs,
    leadMs: jwksCacheMs(settings.rotationPeriodMs) + 2 * keyPollMs(settings.rotationPeriodMs),
    outputLifeMs: settings.tokenLifetimeMs,
  };
}
