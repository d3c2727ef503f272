import * as z from "zod";
import type { RecordKind } from "./kind.js";

/** An access token revoked by itself (RFC 7009), while its grant lives on. Keyed by the token's `jti`. */
export const RevokedAccessToken = z.object({ revokedAt: z.number(), endsAt: z.number() });
export type RevokedAccessToken = z.infer<typeof RevokedAccessToken>;

export const revokedAccessTokenKind: RecordKind<RevokedAccessToken> = {
  name: "revoked-access-token",
  schema: RevokedAccessToken,
  expiresAt: (token) => token.endsAt,
  indexes: {},
  sealed: [],
};
