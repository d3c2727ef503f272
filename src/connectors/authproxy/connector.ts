import { createAddressList, type IsListed } from "../../platform/address-list.js";
import { decodeUtf8 } from "../../platform/encoding.js";
import type { Connector, ConnectorContext, HeaderInput, LoginResult } from "../port.js";
import { type AuthproxyOptions, privateNetworks } from "./config.js";

/**
 * A proxy in front of `/callback/{id}` logs people in and says in headers who they are. They are believed from the
 * proxy's address alone: whoever else reaches us could be anybody (dex-connectors O-24). As in Dex there is no refresh.
 */
export function openAuthproxy(options: AuthproxyOptions, { warn }: ConnectorContext): Connector {
  const { trustedProxies = [] } = options;
  if (trustedProxies.length === 0)
    warn("trustedProxies is not set: whoever reaches this server from a private network can log in as anybody");
  const proxies = trustedProxies.length === 0 ? privateNetworks : trustedProxies;
  const isProxy = createAddressList(proxies);
  const { userHeader, userIDHeader, userNameHeader, emailHeader, groupHeader } = options;
  const names = [userHeader, userIDHeader, userNameHeader, emailHeader, groupHeader].map((name) => name.toLowerCase());
  return {
    login: {
      kind: "header",
      headers: [...new Set(names)],
      check: async (input) => check(options, isProxy, input),
    },
    probe: () => Promise.resolve([`headers are believed from ${proxies.join(", ")}`]),
  };
}

function check(options: AuthproxyOptions, isProxy: IsListed, { headers, peer }: HeaderInput): LoginResult {
  if (!isProxy(peer)) return { outcome: "denied", detail: `${peer || "the peer"} is none of trustedProxies` };
  const read = (name: string): string | undefined => headers.get(name.toLowerCase()) || undefined;
  const user = decodeStrictly(read(options.userHeader));
  if (user === undefined) return { outcome: "denied", detail: `the proxy sent no ${options.userHeader} in UTF-8` };
  const writtenId = read(options.userIDHeader);
  const userId = writtenId === undefined ? user : decodeStrictly(writtenId);
  if (userId === undefined) return { outcome: "denied", detail: `${options.userIDHeader} is not UTF-8` };
  return {
    outcome: "ok",
    identity: {
      userId,
      username: user,
      preferredUsername: decode(read(options.userNameHeader)) ?? user,
      email: decode(read(options.emailHeader)) ?? user,
      emailVerified: true,
      groups: [...splitGroups(decode(read(options.groupHeader)), options), ...(options.staticGroups ?? [])],
    },
  };
}

function splitGroups(written: string | undefined, { groupHeaderSeparator }: AuthproxyOptions): readonly string[] {
  if (written === undefined) return [];
  const groups = written.split(groupHeaderSeparator).map((group) => group.trim());
  return groups.filter((group) => group !== "");
}

/** Headers come as one character per byte. Proxies write UTF-8, and Dex takes the bytes as they are: `sub` stays the same. */
function decodeStrictly(value: string | undefined): string | undefined {
  return value === undefined ? undefined : decodeUtf8(Buffer.from(value, "latin1"));
}

/** What identifies nobody may be in Latin-1, as old proxies have it. */
function decode(value: string | undefined): string | undefined {
  return decodeStrictly(value) ?? value;
}
