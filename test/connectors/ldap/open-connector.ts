import { onTestFinished } from "vitest";
import { LdapOptions } from "../../../src/connectors/ldap/config.js";
import { createLdap } from "../../../src/connectors/ldap/connector.js";
import type { Connector, ConnectorContext, LoginResult, RefreshResult } from "../../../src/connectors/port.js";
import type { Identity } from "../../../src/records/identity.js";
import { createConnectorContext, plainHttp } from "../../support/connector-context.js";
import { groups, people } from "./entries.js";
import { admin } from "./slapd.js";

export interface TestConnector {
  readonly connector: Connector;
  /** What it told whoever runs the server. */
  readonly warnings: readonly string[];
  login(username: string, password?: string, scopes?: Partial<Scopes>): Promise<LoginResult>;
  refresh(identity: Identity, connectorData: string | undefined, scopes?: Partial<Scopes>): Promise<RefreshResult>;
}

interface Scopes {
  readonly offlineAccess: boolean;
  readonly groups: boolean;
}

/** Settings for a server without TLS. */
export function plainSettings(port: number, more: object = {}): object {
  return {
    host: `127.0.0.1:${port}`,
    insecureNoSSL: true,
    bindDN: admin.dn,
    bindPW: admin.password,
    userSearch: { baseDN: people, username: "uid", nameAttr: "cn" },
    groupSearch: { baseDN: groups, userMatchers: [{ userAttr: "DN", groupAttr: "member" }] },
    ...more,
  };
}

/** A connector with these settings, closed when the running test has ended. */
export function openTestConnector(settings: object, parts: Partial<ConnectorContext> = {}): TestConnector {
  const warnings: string[] = [];
  const context = createConnectorContext({
    http: { ...plainHttp, timeoutMs: 5_000 },
    clock: Date.now,
    warn: (message) => void warnings.push(message),
    ...parts,
  });
  const connector = createLdap(LdapOptions.parse(settings), context);
  onTestFinished(() => connector.close?.());
  const all = { offlineAccess: true, groups: true };
  return {
    connector,
    warnings,
    login(username, password = "foo", scopes = {}) {
      if (connector.login.kind !== "password") throw new Error("not a password login");
      return connector.login.check({ username, password, scopes: { ...all, ...scopes } });
    },
    refresh(identity, connectorData, scopes = {}) {
      const input = { identity, scopes: { ...all, ...scopes }, ...(connectorData !== undefined && { connectorData }) };
      return connector.refresh?.(input) ?? Promise.reject(new Error("no refresh"));
    },
  };
}

/** The outcome of a login that must have worked. */
export function requireLogin(result: LoginResult): Extract<LoginResult, { outcome: "ok" }> {
  if (result.outcome !== "ok") throw new Error(`the login ended with ${result.outcome}`);
  return result;
}
