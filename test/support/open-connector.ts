import { connectorTypes } from "../../src/connectors/catalogue.js";
import type {
  Connector,
  ConnectorContext,
  LoginResult,
  RefreshResult,
  WantedScopes,
} from "../../src/connectors/port.js";
import type { Identity } from "../../src/records/identity.js";
import { createConnectorContext } from "./connector-context.js";

export const wanted: WantedScopes = { offlineAccess: true, groups: true };
export const callbackUrl = "https://id.example.com/dex/callback";
export const derive = (purpose: string): string => `derived for ${purpose}`;

/** Opens a connector as the server does: by its type's name, with options as they stand in a file. */
export async function openConnector(
  type: string,
  options: Readonly<Record<string, unknown>>,
  context: Partial<ConnectorContext> = {},
): Promise<Connector> {
  const found = connectorTypes.get(type);
  if (found === undefined) throw new Error(`no connector type ${type}`);
  return found.open(await found.options.parseAsync(options), createConnectorContext(context));
}

/** The URL to which a redirect connector sends the browser. */
export async function startLogin(connector: Connector, scopes: WantedScopes = wanted): Promise<URL> {
  if (connector.login.kind !== "redirect") throw new Error("a redirect login expected");
  return new URL((await connector.login.start({ scopes, callbackUrl, derive, state: "the state" })).url);
}

/** What becomes of an upstream's answer. */
export async function finishLogin(
  connector: Connector,
  fields: Readonly<Record<string, string>> = { code: "code-1" },
  scopes: WantedScopes = wanted,
): Promise<LoginResult> {
  if (connector.login.kind !== "redirect") throw new Error("a redirect login expected");
  return connector.login.finish({ scopes, callbackUrl, derive, fields: new Map(Object.entries(fields)) });
}

export interface Person {
  readonly identity: Identity;
  readonly connectorData?: string;
}

/** The person of a result that must be one. */
export function requirePerson(result: LoginResult | RefreshResult | undefined): Person {
  if (result?.outcome !== "ok") throw new Error(`a person expected, got ${JSON.stringify(result)}`);
  return result;
}

export async function refreshLogin(
  connector: Connector,
  { identity, connectorData }: Person,
  scopes: WantedScopes = wanted,
): Promise<RefreshResult> {
  if (connector.refresh === undefined) throw new Error("the connector has no refresh");
  return connector.refresh({ scopes, identity, ...(connectorData !== undefined && { connectorData }) });
}
