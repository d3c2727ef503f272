import { ProbeFailure } from "../../port.js";
import type { Acceptor } from "./acceptor.js";
import { encryptionName } from "./keytab.js";
import { type KerberosSettings, requireKeys } from "./settings.js";

/** What the keytab holds that may open a ticket. */
export async function probeTickets({
  settings,
  acceptor,
}: {
  readonly settings: KerberosSettings;
  readonly acceptor: Acceptor;
}): Promise<readonly string[]> {
  try {
    const keys = requireKeys(settings, await acceptor.listKeys());
    const names = [...new Set(keys.map(({ principal }) => principal))];
    return names.map((name) => {
      const own = keys.filter(({ principal }) => principal === name);
      const kinds = own.map(({ encryptionType, version }) => `${encryptionName(encryptionType)} (version ${version})`);
      return `the keytab opens tickets for ${name} with ${kinds.join(", ")}`;
    });
  } catch (error) {
    throw new ProbeFailure(error instanceof Error ? error.message : String(error), "kerberos.keytabPath");
  }
}
