import type { Parameters } from "../oidc/parameters.js";
import type { RequestOrigin } from "../platform/events.js";
import type { Client } from "../records/client.js";
import type { Identity } from "../records/identity.js";
import type { TokenAnswer } from "./token-answer.js";

/**
 * One grant type of the token endpoint, as data plus three steps. The pipeline runs them in order and asks the gate
 * between them, so that no grant type can forget a check. Every step refuses by throwing an `OAuthError`.
 */
export interface GrantType<Presented extends PresentedGrant = PresentedGrant> {
  /** Wire name: the `grant_type` parameter. */
  readonly type: string;
  /** Finds and judges what was presented. Changes nothing, except to revoke what was replayed. */
  present(request: TokenRequest, client: Client): Promise<Presented>;
  /** Who the person is now; asks the upstream where the grant type does that. */
  identify(presented: Presented): Promise<Identity>;
  /** The one compare-and-swap, then the tokens. */
  authorize(presented: Presented, client: Client, identity: Identity): Promise<TokenAnswer>;
}

export interface PresentedGrant {
  readonly connectorId: string;
  /** Scopes that this answer is about. */
  readonly scopes: readonly string[];
  readonly origin: RequestOrigin;
}

/** A request at the token or revocation endpoint. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly parameters: Parameters;
  readonly origin: RequestOrigin;
}
