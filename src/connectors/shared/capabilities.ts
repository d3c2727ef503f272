import type { Connector } from "../port.js";

/** Always, never, or under a condition that continues "only when ...". */
export type Support = "always" | "never" | { readonly when: string };

/**
 * What a type of connector can do, known without opening one: the table of docs/connectors/ is made from it. The contract
 * tests hold every opened connector to it.
 */
export interface Capabilities {
  readonly login: Connector["login"]["kind"];
  /** People can be read again without them, so that refresh tokens are issued. */
  readonly refresh: Support;
  readonly groups: Support;
  readonly preferredUsername: Support;
  /** Logging out here can log out there. */
  readonly logout: Support;
  /** A token of the upstream is taken for a login. */
  readonly exchange: Support;
  /** Browsers of a Kerberos realm log in without a form. */
  readonly negotiate: Support;
}

/** Of a type that only logs people in; what it can do besides is added. */
export const onlyLogin = {
  refresh: "never",
  groups: "never",
  preferredUsername: "never",
  logout: "never",
  exchange: "never",
  negotiate: "never",
} as const;
