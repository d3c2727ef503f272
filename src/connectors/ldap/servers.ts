import { isIPv6 } from "node:net";
import type { Clock } from "../../platform/clock.js";

/** How the connection is protected. `starttls`: it begins in the clear and changes over before anything else is said. */
export type Security = "plain" | "starttls" | "tls";

export interface LdapServer {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly name: string;
}

/**
 * Reads `host[:port]`; an IPv6 address with a port stands in brackets. Without a port: 636 for TLS from the first byte,
 * otherwise 389, also for StartTLS, for which Dex takes 636 (dex-connectors O-26). Undefined: no such thing.
 */
export function findServer(text: string, security: Security): LdapServer | undefined {
  const standard = security === "tls" ? 636 : 389;
  if (isIPv6(text)) return { host: text, port: standard, name: `[${text}]:${standard}` };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:/\s[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? standard : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  return { host, port, name: `${bracketed === undefined ? host : `[${host}]`}:${port}` };
}

/** Servers of one directory, any of which will do. */
export interface ServerList {
  /** In the order to be tried: those that failed a short time ago come last. */
  order(): readonly LdapServer[];
  markDown(server: LdapServer): void;
  markUp(server: LdapServer): void;
}

/** For how long a server that failed is asked only after the others. */
const restMs = 30_000;

export function createServerList(servers: readonly LdapServer[], clock: Clock): ServerList {
  const downUntil = new Map<LdapServer, number>();
  const isDown = (server: LdapServer): boolean => (downUntil.get(server) ?? 0) > clock();
  return {
    order: () => [...servers.filter((server) => !isDown(server)), ...servers.filter(isDown)],
    markDown: (server) => void downUntil.set(server, clock() + restMs),
    markUp: (server) => void downUntil.delete(server),
  };
}
