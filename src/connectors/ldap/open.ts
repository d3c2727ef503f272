import type { Connector, ConnectorContext } from "../port.js";
import type { LdapOptions } from "./config.js";
import { createLdap } from "./connector.js";
import { Acceptor } from "./kerberos/acceptor.js";
import { compileKerberos, findKeyWarning, requireKeys } from "./kerberos/settings.js";

/**
 * People of an LDAP directory. Nothing is asked of it before somebody logs in. Where tickets are taken, rejects when
 * their keys can't be had.
 */
export async function openLdap(options: LdapOptions, context: ConnectorContext): Promise<Connector> {
  const settings = compileKerberos(options.kerberos);
  if (settings === undefined) return createLdap(options, context);
  const { clock, warn } = context;
  const acceptor = await Acceptor.open({ settings, clock, timeoutMs: context.http.timeoutMs });
  try {
    const warning = findKeyWarning(requireKeys(settings, await acceptor.listKeys()));
    if (warning !== undefined) warn(warning);
    return createLdap(options, context, { settings, acceptor });
  } catch (error) {
    acceptor.close();
    throw error;
  }
}
