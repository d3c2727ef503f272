import { isIP } from "node:net";
import { createAddressList, normaliseAddress } from "../platform/address-list.js";

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
  const isTrusted = createAddressList(trustedProxies);
  return (request) => {
    const peer = normaliseAddress(request.socket.remoteAddress ?? "");
    if (header === undefined || !isTrusted(peer)) return peer;
    const value = request.headers[header.toLowerCase()];
    const hops = (Array.isArray(value) ? value.join(",") : (value ?? ""))
      .split(",")
      .map((hop) => normaliseAddress(hop.trim()));
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return peer;
      if (!isTrusted(hop)) return hop;
    }
    return peer;
  };
}
