/** JWS algorithms that tokens are signed with (RFC 7518 §3.1, RFC 8037 §3.1; EdDSA means Ed25519 here). */
export const signingAlgorithms = ["RS256", "ES256", "EdDSA"] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];
