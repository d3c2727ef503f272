import type { RequestOrigin } from "../platform/events.js";
import { familyIndex, type Grant } from "../records/grant.js";
import type { GrantEnder } from "./revoke-grant.js";
import type { GrantStores } from "./stores.js";

/** Keeps at most `limit` refresh families of one person at one client: the least recently used go. */
export async function evictFamilies(
  stores: GrantStores,
  ender: GrantEnder,
  grant: Grant,
  rule: { readonly limit: number; readonly origin: RequestOrigin },
): Promise<void> {
  const value = familyIndex(grant.clientId, grant.connectorId, grant.identity.userId);
  const families = await stores.grants.list({ where: { index: "family", value } });
  const surplus = families.length - rule.limit;
  if (surplus <= 0) return;
  const byAge = [...families].sort((a, b) => lastUsed(a.record) - lastUsed(b.record));
  for (const { key } of byAge.slice(0, surplus)) {
    await ender.end(key, surplusFamily, rule.origin);
  }
}

const surplusFamily = { cause: "surplus", reason: "too many families of this person at this client" } as const;

function lastUsed(grant: Grant): number {
  return grant.refresh?.lastUsedAt ?? 0;
}
