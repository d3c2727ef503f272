import type { Clock } from "../../../platform/clock.js";
import { createKeySet, type KeySet } from "./key-set.js";
import { type DiscoveryOptions, fetchMetadata, type ProviderMetadata } from "./provider-metadata.js";
import { type SignedClaims, verifySigned } from "./signed-token.js";

/** An upstream OpenID provider. */
export interface Provider {
  /** As last read. */
  metadata(): ProviderMetadata;
  /** Every spelling of `iss` that its tokens may have. */
  issuers(): readonly string[];
  /** Checks the signature of one of its tokens. Rejects with `InvalidTokenError`. */
  verify(token: string): Promise<SignedClaims>;
  /** Reads the provider's keys, and tells how many can be used. */
  countKeys(): Promise<number>;
}

export interface ProviderOptions extends DiscoveryOptions {
  readonly clock: Clock;
}

/** A provider that moves its keys says so in its document; it is not asked more often than this. */
const rereadPauseMs = 300_000;
/** Google's tokens may leave the scheme out (its documentation of ID tokens). */
const google = "https://accounts.google.com";

/** Reads the provider's document, and gives what a connector needs to talk to it. */
export async function openProvider(options: ProviderOptions): Promise<Provider> {
  const { clock, issuerAlias } = options;
  let metadata = await fetchMetadata(options);
  let readAt = clock();

  async function findKeysUrl(isRenewal: boolean): Promise<string> {
    if (isRenewal && clock() - readAt >= rereadPauseMs) {
      readAt = clock();
      // The document as it was still serves while it cannot be read.
      metadata = await fetchMetadata(options).catch(() => metadata);
    }
    return metadata.jwksUrl;
  }

  const keys: KeySet = createKeySet({ http: options.http, pause: options.pause, clock, url: findKeysUrl });
  return {
    metadata: () => metadata,
    issuers() {
      const issuer = issuerAlias ?? metadata.issuer;
      return issuer === google ? [google, "accounts.google.com"] : [issuer];
    },
    verify: (token) => verifySigned(keys, metadata.signingAlgorithms, token),
    countKeys: keys.count,
  };
}
