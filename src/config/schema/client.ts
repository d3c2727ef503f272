import * as z from "zod";
import { connectorIconNames } from "../../platform/connector-icon.js";
import { ClientRefreshTokens } from "./expiry.js";
import { duration, flag, planned, text, texts } from "./key.js";

export const StaticClient = z.object({
  id: text("The client_id. This or idEnv or idFile."),
  idEnv: text("Environment variable that holds the id."),
  idFile: text("File that holds the id."),
  secret: text("The client_secret. Needed unless the client is public; this or secretEnv or secretFile.", {
    secret: true,
  }),
  secretEnv: text("Environment variable that holds the secret."),
  secretFile: text("File that holds the secret."),
  name: text("Shown to people.", { required: true }),
  redirectURIs: texts(
    "Where codes may be sent to; compared to the letter. With a loopback IP address the port may differ.",
    { examples: ["https://app.example.com/callback"] },
  ),
  public: flag(false, "The client can't keep a secret. Without redirectURIs it may use localhost and out-of-band."),
  trustedPeers: texts("Clients that may ask for tokens with this client in their audience."),
  logoURL: text("Kept for later pages."),
  allowedConnectors: texts("Connectors that people may use for this client. Default: all."),
  allowedGroups: texts("The person must be in one of these groups. Default: everybody may."),
  refreshTokens: ClientRefreshTokens.prefault({}).meta({ description: "Overrides expiry.refreshTokens key by key." }),
  refreshTokenLifetime: text("standalone. session is not supported yet."),
  mfaChain: z.array(z.string()).optional().meta({ description: "Second factors. Not supported yet." }),
  postLogoutRedirectURIs: planned("Where logout may lead to."),
  backchannelLogoutURI: planned("Where logout tokens are sent to."),
  ssoSharedWith: planned("Clients that share this client's sessions."),
  clientCredentialsClaims: planned("Claims of the client_credentials grant."),
});
export type StaticClient = z.infer<typeof StaticClient>;

export const StaticPassword = z.object({
  email: text("Name at login, and the email claim.", { required: true }),
  hash: text("bcrypt hash of the password; this or hashFromEnv or hashFromFile.", { secret: true }),
  hashFromEnv: text("Environment variable that holds the hash."),
  hashFromFile: text("File that holds the hash."),
  username: text("The name claim where name is absent."),
  name: text("The name claim."),
  preferredUsername: text("The preferred_username claim."),
  emailVerified: z.boolean().default(true).meta({ description: "The email_verified claim." }),
  userID: text("Stable id of the person, half of sub. Without it everybody shares one."),
  groups: texts("The groups claim."),
});
export type StaticPassword = z.infer<typeof StaticPassword>;

const ConnectorHttp = z.object({
  timeout: duration("10s", "Longest time for one exchange with the upstream. At most 1m."),
  rootCAs: texts("Certificates trusted besides the system's: paths, PEM or base64 of PEM."),
  insecureSkipVerify: flag(false, "Accept any certificate. For trying things out only."),
  proxy: text("URL of a proxy, or none. Default: HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment."),
});

const ConnectorRefresh = z.object({
  onUnavailable: text("What a refresh gets while the upstream can't be asked.", {
    values: ["deny", "lastKnown"],
    default: "deny",
  }),
  maxAge: duration("1h", "With lastKnown: how old the last answer of the upstream may be."),
});

export const ConnectorEntry = z.object({
  type: text("Which kind of upstream; the types are below. People of staticPasswords need no connector.", {
    required: true,
  }),
  id: text("Free text; the other half of sub, so it must never change.", { required: true }),
  name: text("Shown to people.", { required: true }),
  config: z.unknown().optional().meta({ description: "Settings of the type." }),
  icon: text(
    `What stands beside the name: an SVG or PNG file of at most 64 KiB, or one of ${connectorIconNames.map((name) => `\`${name}\``).join(", ")}. Default: what fits the type; where several connectors are of that type, letters of the name.`,
  ),
  grantTypes: texts("Grant types that this connector serves. Default: all."),
  emailDomains: texts(
    "Domains of e-mail addresses. The page where people choose asks for the address, and sends those of these domains here. Only the domain itself counts, no subdomains.",
    { examples: ["example.com"] },
  ),
  http: ConnectorHttp.prefault({}).meta({ description: "How the upstream is reached, where it speaks HTTP." }),
  refresh: ConnectorRefresh.prefault({}).meta({ description: "What happens when tokens are refreshed." }),
});
export type ConnectorEntry = z.infer<typeof ConnectorEntry>;
