import { sha256 } from "../platform/hashing.js";
import type { Client } from "../records/client.js";
import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveRedirects } from "./resolve-redirects.js";
import { checkLayer, resolveRefreshPolicy } from "./resolve-refresh.js";
import { isSourceWritten, resolveSource } from "./resolve-source.js";
import type { StaticClient } from "./schema/client.js";
import type { ConfigFile } from "./schema/top.js";

/** What clients may refer to. */
interface Surroundings {
  readonly file: ConfigFile;
  readonly connectorIds: readonly string[];
}

interface Resolved {
  readonly path: string;
  /** Undefined where the id can't be told. */
  readonly client: Client | undefined;
}

/** Resolves the apps of `staticClients`. `connectorIds` are those that the file names, usable or not. */
export function resolveClients(context: ResolveContext, surroundings: Surroundings): readonly Client[] {
  const resolved = surroundings.file.staticClients.map((entry, index) => {
    const path = `staticClients.${index}`;
    return { path, client: resolveClient(context, entry, path, surroundings) };
  });
  checkIds(context, resolved);
  checkPeers(context, resolved);
  return resolved.flatMap(({ client }) => client ?? []);
}

function checkIds(context: ResolveContext, resolved: readonly Resolved[]): void {
  const lines = new Map<string, number>();
  for (const { path, client } of resolved) {
    if (client === undefined) continue;
    const { id } = client;
    const at = join(path, "id");
    const earlier = lines.get(id);
    if (earlier !== undefined) context.error(at, `the client id ${id} stands here again, after line ${earlier}`);
    lines.set(id, context.placeOf(at).line);
  }
}

function checkPeers(context: ResolveContext, resolved: readonly Resolved[]): void {
  // The peer may be the one whose id can't be told.
  if (resolved.some(({ client }) => client === undefined)) return;
  const ids = new Set(resolved.map(({ client }) => client?.id));
  for (const { path, client } of resolved) {
    for (const [index, peer] of (client?.trustedPeers ?? []).entries()) {
      if (!ids.has(peer)) {
        const at = join(join(path, "trustedPeers"), String(index));
        context.warn(at, `trustedPeers names the client ${peer}, which does not exist`);
      }
    }
  }
}

function resolveClient(
  context: ResolveContext,
  entry: StaticClient,
  path: string,
  { file, connectorIds }: Surroundings,
): Client | undefined {
  const id = resolveId(context, path, entry);
  if (!entry.name) context.error(join(path, "name"), "name is missing: a client needs one");
  const secret = resolveSecret(context, path, entry, id ?? "");
  checkPlanned(context, path, entry);
  if (entry.allowedGroups?.length === 0) {
    const message = "allowedGroups is empty, so nobody could log in; leave it out to let everybody in";
    context.error(join(path, "allowedGroups"), message);
  }
  checkConnectors(context, join(path, "allowedConnectors"), entry.allowedConnectors ?? [], connectorIds);
  const redirectUris = resolveRedirects(context, join(path, "redirectURIs"), entry.redirectURIs ?? []);
  const own = { path: join(path, "refreshTokens"), written: entry.refreshTokens };
  checkLayer(context, own);
  const isPublic = entry.public;
  const refreshPolicy = resolveRefreshPolicy(context, file.expiry.refreshTokens, { ...own, id: id ?? "", isPublic });
  if (id === undefined) return undefined;
  return {
    id,
    name: entry.name ?? "",
    isPublic,
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
  if (!isSourceWritten(context, path, names, sources)) {
    context.error(join(path, "id"), "id is missing: a client needs id, idEnv or idFile");
  }
  return resolveSource(context, path, names, sources);
}

function resolveSecret(context: ResolveContext, path: string, entry: StaticClient, id: string): string | undefined {
  const names = { literal: "secret", env: "secretEnv", file: "secretFile" };
  const sources = { literal: entry.secret, env: entry.secretEnv, file: entry.secretFile };
  const mayLackOne = entry.public || context.isBroken(join(path, "public"));
  if (!mayLackOne && !isSourceWritten(context, path, names, sources)) {
    const message = `client ${id}: secret, secretEnv or secretFile is required unless it is public`;
    context.error(join(path, "secret"), message);
  }
  return resolveSource(context, path, names, sources);
}

/** Keys of later work that decide who gets in, and for how long, are refused rather than ignored. */
function checkPlanned(context: ResolveContext, path: string, entry: StaticClient): void {
  if (hasItems(entry.mfaChain)) context.error(join(path, "mfaChain"), "mfaChain: not supported yet");
  const lifetime = entry.refreshTokenLifetime ?? "";
  const at = join(path, "refreshTokenLifetime");
  if (lifetime === "session") context.error(at, "refreshTokenLifetime: session is not supported yet");
  else if (lifetime !== "" && lifetime !== "standalone") {
    context.error(at, 'refreshTokenLifetime: want "standalone" or "session"');
  }
}

function checkConnectors(
  context: ResolveContext,
  path: string,
  allowed: readonly string[],
  known: readonly string[],
): void {
  const unknown = allowed.filter((id) => !known.includes(id));
  if (unknown.length === 0 || context.isBroken(path) || context.isBroken("connectors")) return;
  const message = `allowedConnectors names connectors that do not exist: ${unknown.join(", ")}`;
  if (unknown.length === allowed.length) context.error(path, `${message}; nobody could log in`);
  else context.warn(path, message);
}

function hasItems<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}
