import { UpstreamError } from "../../shared/upstream-error.js";
import type { KerberosOptions } from "../config.js";
import { hasOnlyWeakKeys } from "./keytab.js";
import { isNamed, type Principal, parsePrincipal } from "./principal.js";
import type { KeytabKey } from "./protocol.js";

/** The options of `kerberos`, ready for use. */
export interface KerberosSettings {
  readonly keytabPath: string;
  /** Undefined: that of krb5.conf. */
  readonly maxClockSkewSeconds: number | undefined;
  /** The principal whose key must have opened the ticket. Undefined: any of the keytab. */
  readonly service: string | undefined;
  /** Undefined: that of the service. */
  readonly expectedRealm: string | undefined;
  readonly usernameHasRealm: boolean;
  readonly fallbackToPassword: boolean;
}

/** Undefined: Kerberos is off. */
export function compileKerberos(options: KerberosOptions): KerberosSettings | undefined {
  const { enabled, keytabPath, spn, keytabPrincipal, expectedRealm, maxClockSkew } = options;
  if (!enabled || keytabPath === undefined) return undefined;
  return {
    keytabPath,
    // Dex takes 0 for its default, which is that of krb5.conf too.
    maxClockSkewSeconds: maxClockSkew === 0 ? undefined : maxClockSkew,
    // In Active Directory the key may stand under the name of the service's account, whatever its SPN is.
    service: keytabPrincipal ?? spn,
    expectedRealm,
    usernameHasRealm: options.usernameFromPrincipal === "userPrincipalName",
    fallbackToPassword: options.fallbackToPassword,
  };
}

/**
 * The keys that may open a ticket. Throws where there is none: nobody could ever log in; and where they are of several
 * realms and none is expected: people of one would be taken for those of the same name in another.
 */
export function requireKeys(
  { service, keytabPath, expectedRealm }: KerberosSettings,
  keys: readonly KeytabKey[],
): readonly KeytabKey[] {
  const fitting = keys.filter(({ principal }) => isService(service, parsePrincipal(principal)));
  const realms = new Set(fitting.map(({ principal }) => parsePrincipal(principal)?.realm.toLowerCase()));
  if (realms.size > 1 && expectedRealm === undefined)
    throw new UpstreamError(`the keytab ${keytabPath} holds keys of several realms: set kerberos.expectedRealm`);
  if (fitting.length > 0) return fitting;
  const names = [...new Set(keys.map(({ principal }) => principal))];
  const held = names.length === 0 ? "no key" : `keys of ${names.join(", ")}`;
  throw new UpstreamError(
    `the keytab ${keytabPath} holds ${held}${service === undefined ? "" : ` and none of ${service}`}`,
  );
}

export function isService(service: KerberosSettings["service"], principal: Principal | undefined): boolean {
  return principal !== undefined && (service === undefined || isNamed(principal, service));
}

/** What an operator is to know of these keys. Undefined: nothing. */
export function findKeyWarning(keys: readonly KeytabKey[]): string | undefined {
  return hasOnlyWeakKeys(keys)
    ? "kerberos: the keytab holds keys of broken encryption types alone (DES, 3DES, RC4): make an AES key"
    : undefined;
}
