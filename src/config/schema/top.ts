import * as z from "zod";
import { ConnectorEntry, StaticClient, StaticPassword } from "./client.js";
import { Expiry } from "./expiry.js";
import { flag, planned, text, textOr } from "./key.js";
import { OAuth2, Signer } from "./oauth2.js";
import { Grpc, Mfa, Sessions } from "./planned.js";
import { Storage } from "./storage.js";
import { Logger, Telemetry, Web } from "./web.js";

/** The whole file: Dex's keys and ours. */
export const ConfigFile = z.object({
  issuer: text(
    "URL of this server as clients see it; the iss claim, to the letter. Its path stands before every path.",
    {
      required: true,
      examples: ["https://id.example.com/dex"],
    },
  ),
  storage: Storage.optional().meta({ description: "Where logins, tokens and keys live.", required: true }),
  web: Web.prefault({}).meta({ description: "Listeners and HTTP behaviour." }),
  telemetry: Telemetry.prefault({}).meta({ description: "Health and metrics, on a listener of their own." }),
  oauth2: OAuth2.prefault({}).meta({ description: "What authorization requests may do." }),
  expiry: Expiry.prefault({}).meta({ description: "Lifetimes." }),
  logger: Logger.prefault({}).meta({ description: "The log, on standard error." }),
  signer: Signer.optional().meta({ description: "What signs tokens. Default: local, RS256." }),
  frontend: z
    .object({
      issuer: textOr("Latchkey", "Product name on every page."),
      dir: planned("Folder of templates."),
      logoURL: planned("Logo."),
      theme: planned("Theme."),
      extra: planned("Values for templates."),
    })
    .prefault({})
    .meta({ description: "How pages look." }),
  connectors: z.array(ConnectorEntry).default([]).meta({ description: "Where people log in." }),
  staticClients: z.array(StaticClient).default([]).meta({ description: "The apps." }),
  enablePasswordDB: flag(false, "Let the people of staticPasswords log in; adds the connector local, named Email."),
  staticPasswords: z.array(StaticPassword).default([]).meta({ description: "People with a password in this file." }),
  grpc: Grpc.optional().meta({ description: "The gRPC API.", planned: true }),
  sessions: Sessions.optional().meta({ description: "Browser sessions.", planned: true }),
  mfa: Mfa.optional().meta({ description: "Second factors." }),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
