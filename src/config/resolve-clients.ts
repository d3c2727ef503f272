import { sha256 } from "../platform/hashing.js";
import type { Client } from "../records/client.js";
import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveRedirects } from "./resolve-redirects.js";
import { resolveRefreshPolicy } from "./resolve-refresh.js";
import { resolveSource } from "./resolve-source.js";
import type { StaticClient } from "./schema/client.js";
import type { ConfigFile } from "./schema/top.js";

/** Resolves the apps of `staticClients`. */
export function resolveClients(
  context: ResolveContext,
  file: ConfigFile,
  connectorIds: readonly string[],
): readonly Client[] {
  const clients = file.staticClients.flatMap((entry, index) => {
    return resolveClient(context, file, { entry, path: `staticClients.${index}`, connectorIds }) ?? [];
  });
  const ids = clients.map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) context.error(`staticClients.${index}`, `the client id ${id} stands here again`);
  }
  for (const [index, client] of clients.entries()) {
    for (const peer of client.trustedPeers) {
      if (!ids.includes(peer))
        context.warn(
          `staticClients.${index}.trustedPeers`,
          `trustedPeers names the client ${peer}, which does not exist`,
        );
    }
  }
  return clients;
}

interface ClientEntry {
  readonly entry: StaticClient;
  readonly path: string;
  readonly connectorIds: readonly string[];
}

function resolveClient(
  context: ResolveContext,
  file: ConfigFile,
  { entry, path, connectorIds }: ClientEntry,
): Client | undefined {
  const id = resolveId(context, path, entry);
  const shown = id ?? "";
  if (entry.name === undefined || entry.name === "")
    context.error(path, "name is missing: Name field is required for a client");
  const secret = resolveSecret(context, path, entry, shown);
  checkPlanned(context, path, entry);
  if (entry.allowedGroups?.length === 0) {
    context.error(
      join(path, "allowedGroups"),
      "allowedGroups is empty, so nobody could log in; leave it out to let everybody in",
    );
  }
  checkConnectors(context, path, entry, connectorIds);
  const redirectUris = resolveRedirects(context, join(path, "redirectURIs"), entry.redirectURIs ?? []);
  const own = { path: join(path, "refreshTokens"), written: entry.refreshTokens, isPublic: entry.public };
  const refreshPolicy = resolveRefreshPolicy(context, file.expiry.refreshTokens, own);
  if (id === undefined) return undefined;
  return {
    id,
    name: entry.name ?? "",
    isPublic: entry.public,
    redirectUris,
    trustedPeers: entry.trustedPeers ?? [],
    refreshPolicy,
    ...(secret !== undefined && { secretHash: sha256(secret) }),
    ...(entry.logoURL !== undefined && { logoUrl: entry.logoURL }),
    ...(hasItems(entry.allowedConnectors) && { allowedConnectors: entry.allowedConnectors }),
    ...(hasItems(entry.allowedGroups) && { allowedGroups: entry.allowedGroups }),
  };
}

function resolveId(context: ResolveContext, path: string, entry: StaticClient): string | undefined {
  const names = { literal: "id", env: "idEnv", file: "idFile" };
  const sources = { literal: entry.id, env: entry.idEnv, file: entry.idFile };
  if (!Object.values(sources).some(Boolean))
    context.error(path, "id is missing: id, idEnv or idFile is required for a client");
  return resolveSource(context, path, names, sources);
}

function resolveSecret(context: ResolveContext, path: string, entry: StaticClient, id: string): string | undefined {
  const names = { literal: "secret", env: "secretEnv", file: "secretFile" };
  const sources = { literal: entry.secret, env: entry.secretEnv, file: entry.secretFile };
  const isWritten = Object.values(sources).some(Boolean);
  if (!isWritten && !entry.public)
    context.error(path, `client ${id}: secret, secretEnv or secretFile is required unless it is public`);
  return resolveSource(context, path, names, sources);
}

/** Keys of later work that decide who gets in, and for how long, are refused rather than ignored. */
function checkPlanned(context: ResolveContext, path: string, entry: StaticClient): void {
  if (hasItems(entry.mfaChain)) context.error(join(path, "mfaChain"), "mfaChain: not supported yet");
  const lifetime = entry.refreshTokenLifetime ?? "";
  if (lifetime === "session")
    context.error(join(path, "refreshTokenLifetime"), "refreshTokenLifetime: session is not supported yet");
  else if (lifetime !== "" && lifetime !== "standalone") {
    context.error(join(path, "refreshTokenLifetime"), 'refreshTokenLifetime: want "standalone" or "session"');
  }
}

function checkConnectors(context: ResolveContext, path: string, entry: StaticClient, known: readonly string[]): void {
  const allowed = entry.allowedConnectors ?? [];
  const unknown = allowed.filter((id) => !known.includes(id));
  if (unknown.length === 0) return;
  const message = `allowedConnectors names connectors that do not exist: ${unknown.join(", ")}`;
  if (unknown.length === allowed.length)
    context.error(join(path, "allowedConnectors"), `${message}; nobody could log in`);
  else context.warn(join(path, "allowedConnectors"), message);
}

function hasItems<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}
