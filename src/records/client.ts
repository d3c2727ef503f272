/** A relying party as the rest of the house sees it: resolved, with every default filled in. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, base64url (`platform/hashing.ts`). Absent: the client has none and authenticates by its id alone. */
  readonly secretHash?: string;
  /** Cannot keep a secret (native and browser apps). */
  readonly isPublic: boolean;
  /** As registered: exact strings. Relative ones (`/oauth2/callback`) resolve against our own origin, as in Dex. */
  readonly redirectUris: readonly string[];
  /** Ids of clients that may ask for tokens with this client in their audience. */
  readonly trustedPeers: readonly string[];
  readonly logoUrl?: string;
  /** Connector ids; undefined: all. */
  readonly allowedConnectors?: readonly string[];
  /** The person must be in one of these; undefined: no restriction. */
  readonly allowedGroups?: readonly string[];
  readonly refreshPolicy: RefreshPolicy;
}

/** The resolved refresh policy of one client (DESIGN "Refresh tokens"). */
export interface RefreshPolicy {
  readonly rotation: boolean;
  /** How long a superseded secret is still answered with the current one. 0: not at all. */
  readonly reuseIntervalMs: number;
  /** A family unused for longer than this ends; undefined: no such limit. */
  readonly idleMs?: number;
  /** A family older than this ends; undefined: no such limit. */
  readonly absoluteMs?: number;
  readonly maxPerUserAndClient: number;
}
