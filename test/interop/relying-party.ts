import type { InteropClient } from "./clients.js";

/** A client app built on somebody else's library. It holds one login at a time. */
export interface RelyingParty {
  /** Reads discovery and starts a login with PKCE, state and nonce; returns the authorization URL. */
  begin(issuer: string, client: InteropClient): Promise<string>;
  /**
   * Checks the authorization response, redeems the code, verifies the ID token by the key set, and reads userinfo.
   * Rejects with what the library does not accept.
   */
  finish(callback: string): Promise<Login>;
  /** The same with the refresh token. */
  refresh(): Promise<Login>;
  /** Verifies an ID token as if it were that of the running login, which came with this access token. */
  verify(idToken: string, accessToken: string): Promise<void>;
  /** Revokes the refresh token; absent where the library cannot. */
  readonly revoke?: () => Promise<void>;
  stop(): Promise<void>;
}

/** What a relying party knows about a person after it has verified everything. */
export interface Login {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Of the verified ID token. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly userinfo: Readonly<Record<string, unknown>>;
}

export const scopes = ["openid", "email", "profile", "groups", "offline_access"];
