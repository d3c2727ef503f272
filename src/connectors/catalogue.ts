import type { ZodType } from "zod";
import { AtlassianCrowdOptions } from "./atlassian-crowd/config.js";
import { KeystoneOptions } from "./keystone/config.js";
import { LinkedInOptions } from "./linkedin/config.js";
import { LocalOptions } from "./local/config.js";
import { MicrosoftOptions } from "./microsoft/config.js";
import { MockCallbackOptions } from "./mock-callback/config.js";
import { MockPasswordOptions } from "./mock-password/config.js";
import { OpenShiftOptions } from "./openshift/config.js";
import type { Connector, ConnectorContext } from "./port.js";

/** One person of `staticPasswords`, as the options of `local` hold them. */
export type LocalPerson = LocalOptions["passwords"][number];

/** A type of connector: the schema of its `config`, and its code, loaded only where it is used. */
export interface ConnectorType {
  readonly options: ZodType;
  /** Loads the code and opens one connector. `options` is what the schema made of the config. */
  open(options: unknown, context: ConnectorContext): Promise<Connector>;
}

/** Every type this version can open, by the name that stands in `connectors[].type`. */
export const connectorTypes: ReadonlyMap<string, ConnectorType> = new Map([
  [
    "atlassian-crowd",
    connectorType(
      AtlassianCrowdOptions,
      async () => (await import("./atlassian-crowd/connector.js")).openAtlassianCrowd,
    ),
  ],
  ["keystone", connectorType(KeystoneOptions, async () => (await import("./keystone/connector.js")).openKeystone)],
  ["linkedin", connectorType(LinkedInOptions, async () => (await import("./linkedin/connector.js")).openLinkedIn)],
  ["local", connectorType(LocalOptions, async () => (await import("./local/connector.js")).openLocal)],
  ["microsoft", connectorType(MicrosoftOptions, async () => (await import("./microsoft/connector.js")).openMicrosoft)],
  [
    "mockCallback",
    connectorType(MockCallbackOptions, async () => (await import("./mock-callback/connector.js")).openMockCallback),
  ],
  [
    "mockPassword",
    connectorType(MockPasswordOptions, async () => (await import("./mock-password/connector.js")).openMockPassword),
  ],
  ["openshift", connectorType(OpenShiftOptions, async () => (await import("./openshift/connector.js")).openOpenShift)],
]);

type OpenConnector<T> = (options: T, context: ConnectorContext) => Connector | Promise<Connector>;

function connectorType<T>(options: ZodType<T>, load: () => Promise<OpenConnector<T>>): ConnectorType {
  return { options, open: async (value, context) => (await load())(options.parse(value), context) };
}

/** Types of Dex that a later version will open: named in the config they are refused with that reason. */
export const plannedConnectorTypes: readonly string[] = [
  "authproxy",
  "bitbucket-cloud",
  "gitea",
  "github",
  "gitlab",
  "google",
  "ldap",
  "oauth",
  "oidc",
  "saml",
  "samlExperimental",
];
