import type { ZodType } from "zod";
import { AuthproxyOptions, authproxyCapabilities } from "./authproxy/config.js";
import { BitbucketCloudOptions, bitbucketCloudCapabilities } from "./bitbucket-cloud/config.js";
import { GiteaOptions, giteaCapabilities } from "./gitea/config.js";
import { GitHubOptions, gitHubCapabilities } from "./github/config.js";
import { GitLabOptions, gitLabCapabilities } from "./gitlab/config.js";
import { GoogleOptions, googleCapabilities } from "./google/config.js";
import { KeycloakOptions, keycloakCapabilities } from "./keycloak/config.js";
import { LdapOptions, ldapCapabilities } from "./ldap/config.js";
import { LocalOptions, localCapabilities } from "./local/config.js";
import { MockCallbackOptions, mockCallbackCapabilities } from "./mock-callback/config.js";
import { MockPasswordOptions, mockPasswordCapabilities } from "./mock-password/config.js";
import { OAuthOptions, oauthCapabilities } from "./oauth/config.js";
import { OidcOptions, oidcCapabilities } from "./oidc/config.js";
import type { Capabilities, Connector, ConnectorContext } from "./port.js";
import { SamlOptions, samlCapabilities } from "./saml/config.js";

/** One person of `staticPasswords`, as the options of `local` hold them. */
export type LocalPerson = LocalOptions["passwords"][number];

/** A type of connector: the schema of its `config`, and its code, loaded only where it is used. */
export interface ConnectorType {
  readonly options: ZodType;
  /** Loads the code and opens one connector. `options` is what the schema made of the config. */
  open(options: unknown, context: ConnectorContext): Promise<Connector>;
}

/** A type with what is said of it before it is loaded. */
export interface CatalogueEntry extends ConnectorType {
  readonly capabilities: Capabilities;
}

/** Every type this version can open, by the name that stands in `connectors[].type`. */
export const connectorTypes: ReadonlyMap<string, CatalogueEntry> = new Map<string, CatalogueEntry>([
  [
    "authproxy",
    entry(
      AuthproxyOptions,
      authproxyCapabilities,
      async () => (await import("./authproxy/connector.js")).openAuthproxy,
    ),
  ],
  [
    "bitbucket-cloud",
    entry(
      BitbucketCloudOptions,
      bitbucketCloudCapabilities,
      async () => (await import("./bitbucket-cloud/connector.js")).openBitbucketCloud,
    ),
  ],
  ["gitea", entry(GiteaOptions, giteaCapabilities, async () => (await import("./gitea/connector.js")).openGitea)],
  ["github", entry(GitHubOptions, gitHubCapabilities, async () => (await import("./github/connector.js")).openGitHub)],
  ["gitlab", entry(GitLabOptions, gitLabCapabilities, async () => (await import("./gitlab/connector.js")).openGitLab)],
  ["google", entry(GoogleOptions, googleCapabilities, async () => (await import("./google/connector.js")).openGoogle)],
  [
    "keycloak",
    entry(KeycloakOptions, keycloakCapabilities, async () => (await import("./keycloak/connector.js")).openKeycloak),
  ],
  ["ldap", entry(LdapOptions, ldapCapabilities, async () => (await import("./ldap/connector.js")).openLdap)],
  ["local", entry(LocalOptions, localCapabilities, async () => (await import("./local/connector.js")).openLocal)],
  [
    "mockCallback",
    entry(
      MockCallbackOptions,
      mockCallbackCapabilities,
      async () => (await import("./mock-callback/connector.js")).openMockCallback,
    ),
  ],
  [
    "mockPassword",
    entry(
      MockPasswordOptions,
      mockPasswordCapabilities,
      async () => (await import("./mock-password/connector.js")).openMockPassword,
    ),
  ],
  ["oauth", entry(OAuthOptions, oauthCapabilities, async () => (await import("./oauth/connector.js")).openOAuth)],
  ["oidc", entry(OidcOptions, oidcCapabilities, async () => (await import("./oidc/connector.js")).openOidc)],
  ["saml", entry(SamlOptions, samlCapabilities, async () => (await import("./saml/connector.js")).openSaml)],
  [
    "samlExperimental",
    entry(SamlOptions, samlCapabilities, async () => (await import("./saml/connector.js")).openSaml),
  ],
]);

type OpenConnector<T> = (options: T, context: ConnectorContext) => Connector | Promise<Connector>;

function entry<T>(
  options: ZodType<T>,
  capabilities: Capabilities,
  load: () => Promise<OpenConnector<T>>,
): CatalogueEntry {
  return { options, capabilities, open: async (value, context) => (await load())(options.parse(value), context) };
}

/** Types of Dex that a later version will open: named in the config they are refused with that reason. */
export const plannedConnectorTypes: readonly string[] = [
  "atlassian-crowd",
  "keystone",
  "linkedin",
  "microsoft",
  "openshift",
];
