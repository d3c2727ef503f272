import { parseDomain } from "../platform/email-domain.js";
import type { ConnectorConfig } from "./config.js";
import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";

/** `emailDomains` of one connector, each once. */
export function resolveDomains(context: ResolveContext, path: string, written: readonly string[]): readonly string[] {
  const domains = written.flatMap((text, index) => {
    const domain = parseDomain(text);
    if (domain === undefined) {
      context.error(
        join(path, String(index)),
        `"${text}" is no domain: write what stands behind the @, like example.com`,
      );
    }
    return domain ?? [];
  });
  return [...new Set(domains)];
}

/** An address leads to one connector: two that claim its domain are a mistake. */
export function refuseSharedDomains(
  context: ResolveContext,
  resolved: readonly { readonly path: string; readonly connector: ConnectorConfig }[],
): void {
  const owners = new Map<string, string>();
  for (const { path, connector } of resolved) {
    for (const domain of connector.emailDomains ?? []) {
      const owner = owners.get(domain);
      if (owner !== undefined) {
        context.error(join(path, "emailDomains"), `the domain ${domain} belongs to the connector ${owner} already`);
      }
      owners.set(domain, connector.id);
    }
  }
}
