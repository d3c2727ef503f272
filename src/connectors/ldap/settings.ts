import type { ConnectionOptions } from "node:tls";
import type { Filter } from "ldapts";
import { type HttpSettings, listSystemCertificates } from "../../platform/http-client.js";
import type { Secret } from "../../platform/secret.js";
import type { LdapOptions } from "./config.js";
import { type IdFormat, listRequested, requireIdFormat } from "./entry.js";
import { compileFilters, createMatch } from "./filter.js";
import { findServer, type LdapServer, type Security } from "./servers.js";

/** The options of a connector, ready for use. */
export interface LdapSettings {
  readonly servers: readonly LdapServer[];
  readonly security: Security;
  readonly tls: ConnectionOptions;
  /** Undefined: anonymous. */
  readonly account: { readonly dn: string; readonly password: Secret } | undefined;
  readonly maxConnections: number;
  readonly emailVerified: boolean;
  readonly users: UserSettings;
  readonly groups: GroupSettings | undefined;
}

export interface UserSettings {
  readonly baseDn: string;
  readonly scope: "one" | "sub";
  readonly filters: readonly Filter[];
  /** Attributes that hold the name that is typed. */
  readonly usernameAttributes: readonly string[];
  readonly idAttribute: string;
  readonly idFormat: IdFormat;
  readonly emailAttribute: string;
  readonly emailSuffix: string | undefined;
  readonly nameAttribute: string | undefined;
  readonly preferredUsernameAttribute: string | undefined;
  /** What a search for a person asks for. */
  readonly requested: readonly string[];
}

export interface GroupSettings {
  readonly baseDn: string;
  readonly scope: "one" | "sub";
  readonly filters: readonly Filter[];
  readonly nameAttribute: string;
  readonly matchers: readonly GroupMatcher[];
}

export interface GroupMatcher {
  readonly userAttribute: string;
  readonly groupAttribute: string;
  readonly recursionAttribute: string | undefined;
}

/** Compiles the options. Rejects what the schema could not see. */
export function compileSettings(options: LdapOptions, http: HttpSettings): LdapSettings {
  const security: Security = options.insecureNoSSL ? "plain" : options.startTLS ? "starttls" : "tls";
  const names = [options.host, ...(options.hosts ?? [])].filter((name) => name !== undefined && name !== "");
  const matchers = listMatchers(options.groupSearch);
  checkRules(options, matchers);
  const { bindDN = "", bindPW } = options;
  return {
    servers: names.map((name) => requireServer(name ?? "", security)),
    security,
    tls: compileTls(options, http),
    account: bindDN === "" || bindPW === undefined ? undefined : { dn: bindDN, password: bindPW },
    maxConnections: options.maxConnections,
    emailVerified: options.emailVerified,
    users: compileUsers(options.userSearch, matchers),
    groups: compileGroups(options.groupSearch, matchers),
  };
}

/** An attribute with rules behind it that make no sense is found out now, and not at the first login. */
function checkRules({ userSearch: { username } }: LdapOptions, matchers: readonly GroupMatcher[]): void {
  const ofGroups = matchers.flatMap(({ groupAttribute, recursionAttribute = "cn" }) => [
    groupAttribute,
    recursionAttribute,
  ]);
  for (const attribute of [username, ofGroups].flat()) createMatch(attribute, Buffer.alloc(0));
}

function requireServer(name: string, security: Security): LdapServer {
  const server = findServer(name, security);
  if (server === undefined) throw new Error(`"${name}" is no host with a port`);
  return server;
}

function compileTls(options: LdapOptions, http: HttpSettings): ConnectionOptions {
  const own = options.rootCAData ?? options.rootCA;
  const hasKey = options.clientCert !== undefined && options.clientKey !== undefined;
  return {
    rejectUnauthorized: !options.insecureSkipVerify && http.verifyCertificates,
    minVersion: "TLSv1.2",
    ...(own !== undefined && { ca: [own, ...http.ca] }),
    ...(own === undefined && http.ca.length > 0 && { ca: [...listSystemCertificates(), ...http.ca] }),
    ...(hasKey && { cert: options.clientCert, key: options.clientKey?.reveal() }),
  };
}

function compileUsers(search: LdapOptions["userSearch"], matchers: readonly GroupMatcher[]): UserSettings {
  const usernameAttributes = typeof search.username === "string" ? [search.username] : search.username;
  const { idAttr, nameAttr, preferredUsernameAttr, emailSuffix } = search;
  const emailAttr = emailSuffix === undefined ? search.emailAttr : undefined;
  const attributes = [idAttr, emailAttr, nameAttr, preferredUsernameAttr, ...usernameAttributes];
  return {
    baseDn: search.baseDN,
    scope: compileScope(search.scope),
    filters: compileFilters(search.filter),
    usernameAttributes,
    idAttribute: idAttr,
    idFormat: requireIdFormat(search.idFormat),
    emailAttribute: search.emailAttr,
    emailSuffix,
    nameAttribute: nameAttr,
    preferredUsernameAttribute: preferredUsernameAttr,
    requested: listRequested([...attributes, ...matchers.map(({ userAttribute }) => userAttribute)]),
  };
}

function compileGroups(
  search: LdapOptions["groupSearch"],
  matchers: readonly GroupMatcher[],
): GroupSettings | undefined {
  if (search.baseDN === undefined || search.baseDN === "") return undefined;
  return {
    baseDn: search.baseDN,
    scope: compileScope(search.scope),
    filters: compileFilters(search.filter),
    nameAttribute: search.nameAttr,
    matchers,
  };
}

/** As in Dex: the list counts when its first entry is filled in, otherwise the older single form. */
function listMatchers(search: LdapOptions["groupSearch"]): readonly GroupMatcher[] {
  const { userMatchers = [], userAttr, groupAttr, recursionGroupAttr } = search;
  const written = userMatchers[0]?.userAttr ? userMatchers : [{ userAttr, groupAttr, recursionGroupAttr }];
  return written.flatMap(({ userAttr: userAttribute, groupAttr: groupAttribute, recursionGroupAttr: recursion }) =>
    userAttribute && groupAttribute
      ? [{ userAttribute, groupAttribute, recursionAttribute: recursion === "" ? undefined : recursion }]
      : [],
  );
}

function compileScope(scope: string): "one" | "sub" {
  return scope === "one" ? "one" : "sub";
}
