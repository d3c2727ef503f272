import { connectorTypes } from "../../src/connectors/catalogue.js";
import type {
  Connector,
  ConnectorContext,
  LoginResult,
  RefreshResult,
  WantedScopes,
} from "../../src/connectors/port.js";
import { type HttpSettings, openHttpClient } from "../../src/platform/http-client.js";
import type { Identity } from "../../src/records/identity.js";
import { createConnectorContext, plainHttp } from "./connector-context.js";

// Logins at the port: a connector, and an upstream behind it.

export const callbackUrl = "https://id.example.com/dex/callback";
/** As long as a real one. */
export const derive = (purpose: string): string => purpose.padEnd(43, "-");
const state = "the state";

/** What an application asks for that wants to stay logged in and know the groups. */
export const allScopes: WantedScopes = { offlineAccess: true, groups: true };
export const noGroups: WantedScopes = { offlineAccess: true, groups: false };

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
export async function startLogin(connector: Connector, scopes: WantedScopes = allScopes): Promise<URL> {
  return new URL((await requireRedirect(connector).start({ scopes, callbackUrl, derive, state })).url);
}

/** What becomes of an upstream's answer. */
export function finishLogin(
  connector: Connector,
  fields: Readonly<Record<string, string>> = { code: "code-1" },
  scopes: WantedScopes = allScopes,
): Promise<LoginResult> {
  const answer = new Map(Object.entries(fields));
  return requireRedirect(connector).finish({ scopes, callbackUrl, derive, fields: answer });
}

/** Logs in at the server behind a redirect connector, as a browser would: there, and back with what came along. */
export async function logInAt(
  connector: Connector,
  scopes: WantedScopes = allScopes,
  settings: HttpSettings = plainHttp,
): Promise<LoginResult> {
  const fields = await visit((await startLogin(connector, scopes)).href, settings);
  if (fields["state"] !== state) throw new Error("the state did not come back");
  return finishLogin(connector, fields, scopes);
}

async function visit(url: string, settings: HttpSettings): Promise<Readonly<Record<string, string>>> {
  const http = openHttpClient(settings);
  try {
    const response = await http.send({ url, followRedirects: false });
    return Object.fromEntries(new URL(response.header("location") ?? "none:").searchParams);
  } finally {
    await http.close();
  }
}

function requireRedirect({ login }: Connector): Extract<Connector["login"], { kind: "redirect" }> {
  if (login.kind !== "redirect") throw new Error("a redirect login expected");
  return login;
}

export async function checkPassword(
  connector: Connector,
  username: string,
  password: string,
  scopes: WantedScopes = allScopes,
): Promise<LoginResult> {
  if (connector.login.kind !== "password") throw new Error("a password login expected");
  return connector.login.check({ scopes, username, password });
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

export async function requireLogin(connector: Connector, scopes?: WantedScopes): Promise<Person> {
  return requirePerson(await logInAt(connector, scopes));
}

export async function refreshAt(
  connector: Connector,
  { identity, connectorData }: Person,
  scopes: WantedScopes = allScopes,
): Promise<RefreshResult> {
  if (connector.refresh === undefined) throw new Error("a connector with refresh expected");
  return connector.refresh({ scopes, identity, ...(connectorData !== undefined && { connectorData }) });
}
