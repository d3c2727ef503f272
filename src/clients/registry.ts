import type { Client } from "../records/client.js";

/** Where clients are looked up. Asynchronous because stored clients join the configured ones later. */
export interface ClientRegistry {
  find(id: string): Promise<Client | undefined>;
}

/** The clients of the config, kept ready by id. */
export function createStaticRegistry(clients: readonly Client[]): ClientRegistry {
  const byId = new Map(clients.map((client) => [client.id, client]));
  return { find: (id) => Promise.resolve(byId.get(id)) };
}

/** `trustedPeers` of every peer that the scopes name: what `requireTrustedPeers` asks for, read beforehand. */
export async function findPeerTrust(
  registry: ClientRegistry,
  peerIds: readonly string[],
): Promise<(peerId: string) => readonly string[] | undefined> {
  const peers = new Map<string, readonly string[]>();
  for (const id of peerIds) {
    const peer = await registry.find(id);
    if (peer !== undefined) peers.set(id, peer.trustedPeers);
  }
  return (peerId) => peers.get(peerId);
}
