/** What the token endpoint answers with (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** Only where it differs from what was asked for (RFC 6749 §5.1). */
  readonly scope?: string;
}
