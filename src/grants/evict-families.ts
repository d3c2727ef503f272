import { familyIndex, type Grant } from "../records/grant.js";
import type { GrantEnder } from "./revoke-grant.js";
import type { GrantStores } from "./stores.js";

/** Keeps at most `limit` refresh families of one person at one client: the least recently used go. */
export async function evictFamilies(
  stores: GrantStores,
  endGrant: GrantEnder,
  grant: Grant,
  limit: number,
): Promise<void> {
  const value = familyIndex(grant.clientId, grant.connectorId, grant.identity.userId);
  const families = await stores.grants.list({ where: { index: "family", value } });
  const surplus = families.length - limit;
  if (surplus <= 0) return;
  const byAge = [...families].sort((a, b) => lastUsed(a.record) - lastUsed(b.record));
  for (const { key } of byAge.slice(0, surplus)) await endGrant(key, "too many families of this person at this client");
}

function lastUsed(grant: Grant): number {
  return grant.refresh?.lastUsedAt ?? 0;
}
