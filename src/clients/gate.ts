import type { Client } from "../records/client.js";

/** What somebody wants to pass the gate for. `groups` is absent before the person is known. */
export interface GateQuestion {
  readonly client: Client;
  readonly connector: { readonly id: string; readonly grantTypes?: readonly string[] };
  readonly grantType: string;
  /** Grant types that the server allows at all (`oauth2.grantTypes`). */
  readonly serverGrantTypes: readonly string[];
  readonly groups?: readonly string[];
}

export type GateRefusal = "grant-type-off" | "connector-not-allowed" | "connector-grant-type" | "group-not-allowed";

/**
 * The one gate before every token (DESIGN wall 6). The grant pipeline and the login's next step both ask it, so that no
 * path can forget a rule (GHSA-7qjx-gp9h-65qj, dexidp/dex#4889). Undefined: may pass.
 */
export function findRefusal(question: GateQuestion): GateRefusal | undefined {
  const { client, connector, grantType, groups } = question;
  if (!question.serverGrantTypes.includes(grantType)) return "grant-type-off";
  if (client.allowedConnectors !== undefined && !client.allowedConnectors.includes(connector.id))
    return "connector-not-allowed";
  if (connector.grantTypes !== undefined && !connector.grantTypes.includes(grantType)) return "connector-grant-type";
  if (
    groups !== undefined &&
    client.allowedGroups !== undefined &&
    !client.allowedGroups.some((group) => groups.includes(group))
  ) {
    return "group-not-allowed";
  }
  return undefined;
}
