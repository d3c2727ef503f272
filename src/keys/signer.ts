import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";

/** The key that signs now. Taken once per answer, so that hashes and signatures of one answer fit each other. */
export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
  /** A compact JWS over the claims, with the protected header `{"alg","kid"}` and no `typ` (as Dex). Off the event loop. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface Signer {
  current(): SigningKey;
}

export interface Verifier {
  /** The payload of a token that one of our own published keys has signed; undefined for anything else. */
  verify(token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** The key set as clients fetch it, built once per change. */
export interface PublishedKeys {
  readonly body: Buffer;
  /** Quoted, as it stands in the header. */
  readonly etag: string;
  readonly maxAgeSeconds: number;
}

export interface KeyPublisher {
  jwks(): PublishedKeys;
  /** Algorithms of all published keys, the one that signs now first. */
  algorithms(): readonly SigningAlgorithm[];
}
