import type { Grant } from "../records/grant.js";
import type { RevokedAccessToken } from "../records/revoked-access-token.js";
import type { UpstreamGrant } from "../records/upstream-grant.js";
import type { Collection } from "../storage/collection.js";

/** The collections that grants live in. */
export interface GrantStores {
  readonly grants: Collection<Grant>;
  readonly upstreams: Collection<UpstreamGrant>;
  readonly revokedAccessTokens: Collection<RevokedAccessToken>;
}
