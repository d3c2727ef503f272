import { listAudiencePeers } from "./scopes.js";

/** What is known of a person, as far as claims need it. Structurally the `Identity` of `records/`. */
export interface Person {
  readonly userId: string;
  readonly username: string;
  readonly preferredUsername: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly groups: readonly string[];
}

/**
 * Claims about the person that the scopes open, in Dex's order and with Dex's conditions (dex-behaviour §5.2): empty
 * texts and lists are left out, `email_verified` always goes with the scope `email`.
 */
export function createIdentityClaims(
  person: Person,
  scopes: readonly string[],
  connectorId: string,
): Record<string, unknown> {
  const claims: Record<string, unknown> = {};
  if (scopes.includes("email")) {
    if (person.email !== "") claims["email"] = person.email;
    claims["email_verified"] = person.emailVerified;
  }
  if (scopes.includes("groups") && person.groups.length > 0) claims["groups"] = person.groups;
  if (scopes.includes("profile")) {
    if (person.username !== "") claims["name"] = person.username;
    if (person.preferredUsername !== "") claims["preferred_username"] = person.preferredUsername;
  }
  if (scopes.includes("federated:id")) {
    claims["federated_claims"] = { connector_id: connectorId, user_id: person.userId };
  }
  return claims;
}

/**
 * `aud` and `azp` (dex-behaviour §5.5): the peers of cross-client scopes in scope order, then the client itself where it
 * is not among them. One audience is a string; with several, `azp` names the client.
 */
export function createAudienceClaims(clientId: string, scopes: readonly string[]): Record<string, unknown> {
  const peers = listAudiencePeers(scopes);
  if (peers.length === 0) return { aud: clientId };
  const audience = peers.includes(clientId) ? peers : [...peers, clientId];
  return audience.length === 1 ? { aud: clientId } : { aud: audience, azp: clientId };
}
