import type { ZodType } from "zod";
import { AtlassianCrowdOptions, atlassianCrowdCapabilities } from "./atlassian-crowd/config.js";
import { AuthproxyOptions, authproxyCapabilities } from "./authproxy/config.js";
import { BitbucketCloudOptions, bitbucketCloudCapabilities } from "./bitbucket-cloud/config.js";
import { GiteaOptions, giteaCapabilities } from "./gitea/config.js";
import { GitHubOptions, gitHubCapabilities } from "./github/config.js";
import { GitLabOptions, gitLabCapabilities } from "./gitlab/config.js";
import { GoogleOptions, googleCapabilities } from "./google/config.js";
import { KeycloakOptions, keycloakCapabilities } from "./keycloak/config.js";
import { KeystoneOptions, keystoneCapabilities } from "./keystone/config.js";
import { LdapOptions, ldapCapabilities } from "./ldap/config.js";
import { LinkedInOptions, linkedInCapabilities } from "./linkedin/config.js";
import { LocalOptions, localCapabilities } from "./local/config.js";
import { MicrosoftOptions, microsoftCapabilities } from "./microsoft/config.js";
import { MockCallbackOptions, mockCallbackCapabilities } from "./mock-callback/config.js";
import { MockPasswordOptions, mockPasswordCapabilities } from "./mock-password/config.js";
import { OAuthOptions, oauthCapabilities } from "./oauth/config.js";
import { OidcOptions, oidcCapabilities } from "./oidc/config.js";
import { OpenShiftOptions, openShiftCapabilities } from "./openshift/config.js";
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
    "atlassian-crowd",
    connectorType(
      AtlassianCrowdOptions,
      async () => (await import("./atlassian-crowd/connector.js")).openAtlassianCrowd,
      atlassianCrowdCapabilities,
    ),
  ],
  [
    "authproxy",
    connectorType(
      AuthproxyOptions,
      async () => (await import("./authproxy/connector.js")).openAuthproxy,
      authproxyCapabilities,
    ),
  ],
  [
    "bitbucket-cloud",
    connectorType(
      BitbucketCloudOptions,
      async () => (await import("./bitbucket-cloud/connector.js")).openBitbucketCloud,
      bitbucketCloudCapabilities,
    ),
  ],
  [
    "gitea",
    connectorType(GiteaOptions, async () => (await import("./gitea/connector.js")).openGitea, giteaCapabilities),
  ],
  [
    "github",
    connectorType(GitHubOptions, async () => (await import("./github/connector.js")).openGitHub, gitHubCapabilities),
  ],
  [
    "gitlab",
    connectorType(GitLabOptions, async () => (await import("./gitlab/connector.js")).openGitLab, gitLabCapabilities),
  ],
  [
    "google",
    connectorType(GoogleOptions, async () => (await import("./google/connector.js")).openGoogle, googleCapabilities),
  ],
  [
    "keycloak",
    connectorType(
      KeycloakOptions,
      async () => (await import("./keycloak/connector.js")).openKeycloak,
      keycloakCapabilities,
    ),
  ],
  [
    "keystone",
    connectorType(
      KeystoneOptions,
      async () => (await import("./keystone/connector.js")).openKeystone,
      keystoneCapabilities,
    ),
  ],
  ["ldap", connectorType(LdapOptions, async () => (await import("./ldap/open.js")).openLdap, ldapCapabilities)],
  [
    "linkedin",
    connectorType(
      LinkedInOptions,
      async () => (await import("./linkedin/connector.js")).openLinkedIn,
      linkedInCapabilities,
    ),
  ],
  [
    "local",
    connectorType(LocalOptions, async () => (await import("./local/connector.js")).openLocal, localCapabilities),
  ],
  [
    "microsoft",
    connectorType(
      MicrosoftOptions,
      async () => (await import("./microsoft/connector.js")).openMicrosoft,
      microsoftCapabilities,
    ),
  ],
  [
    "mockCallback",
    connectorType(
      MockCallbackOptions,
      async () => (await import("./mock-callback/connector.js")).openMockCallback,
      mockCallbackCapabilities,
    ),
  ],
  [
    "mockPassword",
    connectorType(
      MockPasswordOptions,
      async () => (await import("./mock-password/connector.js")).openMockPassword,
      mockPasswordCapabilities,
    ),
  ],
  [
    "oauth",
    connectorType(OAuthOptions, async () => (await import("./oauth/connector.js")).openOAuth, oauthCapabilities),
  ],
  ["oidc", connectorType(OidcOptions, async () => (await import("./oidc/connector.js")).openOidc, oidcCapabilities)],
  [
    "openshift",
    connectorType(
      OpenShiftOptions,
      async () => (await import("./openshift/connector.js")).openOpenShift,
      openShiftCapabilities,
    ),
  ],
  ["saml", connectorType(SamlOptions, async () => (await import("./saml/connector.js")).openSaml, samlCapabilities)],
  [
    "samlExperimental",
    connectorType(SamlOptions, async () => (await import("./saml/connector.js")).openSaml, samlCapabilities),
  ],
]);

type OpenConnector<T> = (options: T, context: ConnectorContext) => Connector | Promise<Connector>;

function connectorType<T>(
  options: ZodType<T>,
  load: () => Promise<OpenConnector<T>>,
  capabilities: Capabilities,
): CatalogueEntry {
  return {
    options,
    capabilities,
    open: async (value, context) => (await load())(await options.parseAsync(value), context),
  };
}
