import { BlockList, isIP } from "node:net";

/** What of a request tells where it came from. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export type FindClientIp = (request: AddressedRequest) => string;

export interface ClientIpOptions {
  /** The header that trusted proxies write, lower case; undefined: the peer address always counts. */
  readonly header?: string;
  /** CIDRs. */
  readonly trustedProxies: readonly string[];
}

/**
 * Finds the client's address as Dex does (dex-behaviour §2.2): only a trusted peer is believed; its list is walked from
 * the right past trusted hops; a malformed hop, or nothing left, gives the peer's address.
 */
export function createClientIpFinder({ header, trustedProxies }: ClientIpOptions): FindClientIp {
  const trusted = createBlockList(trustedProxies);
  return (request) => {
    const peer = normalise(request.socket.remoteAddress ?? "");
    if (header === undefined || !isTrusted(trusted, peer)) return peer;
    const value = request.headers[header.toLowerCase()];
    const hops = (Array.isArray(value) ? value.join(",") : (value ?? ""))
      .split(",")
      .map((hop) => normalise(hop.trim()));
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return peer;
      if (!isTrusted(trusted, hop)) return hop;
    }
    return peer;
  };
}

function createBlockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return list;
}

function isTrusted(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** A v4 peer of a v6 socket counts as v4. */
function normalise(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
