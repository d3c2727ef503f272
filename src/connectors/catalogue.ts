import type { ZodType } from "zod";
import { BitbucketCloudOptions, bitbucketCloudCapabilities } from "./bitbucket-cloud/config.js";
import { GiteaOptions, giteaCapabilities } from "./gitea/config.js";
import { GitHubOptions, gitHubCapabilities } from "./github/config.js";
import { GitLabOptions, gitLabCapabilities } from "./gitlab/config.js";
import { LocalOptions, localCapabilities } from "./local/config.js";
import { MockCallbackOptions, mockCallbackCapabilities } from "./mock-callback/config.js";
import { MockPasswordOptions, mockPasswordCapabilities } from "./mock-password/config.js";
import type { Capabilities, Connector, ConnectorContext } from "./port.js";

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
export const connectorTypes: ReadonlyMap<string, CatalogueEntry> = new Map([
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
    "local",
    connectorType(LocalOptions, async () => (await import("./local/connector.js")).openLocal, localCapabilities),
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
]);

type OpenConnector<T> = (options: T, context: ConnectorContext) => Connector | Promise<Connector>;

function connectorType<T>(
  options: ZodType<T>,
  load: () => Promise<OpenConnector<T>>,
  capabilities: Capabilities,
): CatalogueEntry {
  return { options, capabilities, open: async (value, context) => (await load())(options.parse(value), context) };
}

/** Types of Dex that a later version will open: named in the config they are refused with that reason. */
export const plannedConnectorTypes: readonly string[] = [
  "atlassian-crowd",
  "authproxy",
  "google",
  "keystone",
  "ldap",
  "linkedin",
  "microsoft",
  "oauth",
  "oidc",
  "openshift",
  "saml",
  "samlExperimental",
];
