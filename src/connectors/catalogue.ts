import type { ZodType } from "zod";
import { LocalOptions } from "./local/config.js";
import { MockCallbackOptions } from "./mock-callback/config.js";
import { MockPasswordOptions } from "./mock-password/config.js";
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
export const connectorTypes: ReadonlyMap<string, ConnectorType> = new Map<string, ConnectorType>([
  [
    "local",
    {
      options: LocalOptions,
      open: async (options, context) =>
        (await import("./local/connector.js")).openLocal(LocalOptions.parse(options), context),
    },
  ],
  [
    "mockCallback",
    {
      options: MockCallbackOptions,
      open: async () => (await import("./mock-callback/connector.js")).openMockCallback(),
    },
  ],
  [
    "mockPassword",
    {
      options: MockPasswordOptions,
      open: async (options) =>
        (await import("./mock-password/connector.js")).openMockPassword(MockPasswordOptions.parse(options)),
    },
  ],
]);

/** Types of Dex that a later version will open: named in the config they are refused with that reason. */
export const plannedConnectorTypes: readonly string[] = [
  "atlassian-crowd",
  "authproxy",
  "bitbucket-cloud",
  "gitea",
  "github",
  "gitlab",
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
