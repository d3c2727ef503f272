import type { Connector, LoginResult, RefreshResult, WantedScopes } from "../../src/connectors/port.js";
import { type HttpSettings, openHttpClient } from "../../src/platform/http-client.js";
import { plainHttp } from "./connector-context.js";

export const connectorCallback = "https://id.example.com/dex/callback";

/** What an application asks for that wants to stay logged in and know the groups. */
export const allScopes: WantedScopes = { offlineAccess: true, groups: true };

/** Logs in at the real server behind a redirect connector, as a browser would: there, and back with what came along. */
export async function logInAt(
  connector: Connector,
  scopes: WantedScopes = allScopes,
  settings: HttpSettings = plainHttp,
): Promise<LoginResult> {
  const { login } = connector;
  if (login.kind !== "redirect") throw new Error("a redirect login expected");
  const derive = (purpose: string): string => purpose.padEnd(43, "-");
  const { url } = await login.start({ scopes, callbackUrl: connectorCallback, state: "st&te", derive });
  const fields = await visit(url, settings);
  if (fields.get("state") !== "st&te") throw new Error("the state did not come back");
  return login.finish({ scopes, callbackUrl: connectorCallback, fields, derive });
}

async function visit(url: string, settings: HttpSettings): Promise<ReadonlyMap<string, string>> {
  const http = openHttpClient(settings);
  try {
    const response = await http.send({ url, followRedirects: false });
    return new Map(new URL(response.header("location") ?? "none:").searchParams);
  } finally {
    await http.close();
  }
}

export type LoggedIn = Extract<LoginResult, { outcome: "ok" }>;

/** The same, where it has to work. */
export async function requireLogin(connector: Connector, scopes?: WantedScopes): Promise<LoggedIn> {
  const result = await logInAt(connector, scopes);
  if (result.outcome !== "ok") throw new Error(`${result.outcome}: ${"detail" in result ? result.detail : ""}`);
  return result;
}

export function refreshAt(
  connector: Connector,
  { identity, connectorData }: LoggedIn,
  scopes: WantedScopes = allScopes,
): Promise<RefreshResult> {
  if (connector.refresh === undefined) throw new Error("a connector with refresh expected");
  return connector.refresh({ scopes, identity, ...(connectorData !== undefined && { connectorData }) });
}
