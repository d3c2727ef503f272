import { OAuthError } from "./oauth-error.js";

/** Scopes that any client may ask for; Dex's list. */
export const standardScopes = ["openid", "email", "groups", "profile", "offline_access", "federated:id"] as const;

const audiencePrefix = "audience:server:client_id:";

/** Splits a `scope` value (RFC 6749 §3.3); blanks at the ends and doubled ones are tolerated, as in Dex. Order is kept, repeats go. */
export function parseScopes(text: string | undefined): readonly string[] {
  return [...new Set((text ?? "").split(" ").filter((scope) => scope !== ""))];
}

export function isSubset(scopes: readonly string[], of: readonly string[]): boolean {
  return scopes.every((scope) => of.includes(scope));
}

/** Client ids named by cross-client scopes (`audience:server:client_id:ID`), in the order asked for. */
export function listAudiencePeers(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => scope.startsWith(audiencePrefix)).map((scope) => scope.slice(audiencePrefix.length));
}

/**
 * Refuses what may not be asked for at the authorization endpoint: no `openid`, unknown names. Whether the peers of
 * cross-client scopes trust the client is the question of `requireTrustedPeers`.
 */
export function requireKnownScopes(scopes: readonly string[]): void {
  if (!scopes.includes("openid")) throw new OAuthError("invalid_scope", 'Missing required scope(s) ["openid"].');
  const known: readonly string[] = standardScopes;
  const unknown = scopes.filter((scope) => !known.includes(scope) && !isAudienceScope(scope));
  if (unknown.length > 0) throw new OAuthError("invalid_scope", `Unrecognized scope(s) ${quoteList(unknown)}.`);
}

/** Refuses cross-client scopes whose peer does not name the client in its `trustedPeers`. A client trusts itself. */
export function requireTrustedPeers(
  scopes: readonly string[],
  clientId: string,
  trustedBy: (peerId: string) => readonly string[] | undefined,
): void {
  const refused = listAudiencePeers(scopes).filter((peer) => peer !== clientId && !trustedBy(peer)?.includes(clientId));
  if (refused.length === 0) return;
  const scopesRefused = refused.map((peer) => `${audiencePrefix}${peer}`);
  throw new OAuthError("invalid_scope", `Client can't request scope(s) ${quoteList(scopesRefused)}.`);
}

function isAudienceScope(scope: string): boolean {
  return scope.startsWith(audiencePrefix) && scope.length > audiencePrefix.length;
}

/** Names for an error text: printable ASCII without quotes (RFC 6749 §5.2), each cut short. */
function quoteList(names: readonly string[]): string {
  return `[${names.map((name) => `'${name.slice(0, 100).replace(/[^\x20-\x7e]|["\\']/g, "?")}'`).join(" ")}]`;
}
