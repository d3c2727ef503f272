import type { Clock } from "../../../platform/clock.js";
import { type HttpClient, openHttpClient } from "../../../platform/http-client.js";
import type { Secret } from "../../../platform/secret.js";
import type { Connector, ConnectorContext, WantedScopes } from "../../port.js";
import { type ClientAuthentication, createOAuth2Client, type OAuth2Client } from "../oauth2-client.js";
import { addTrust, type TrustSettings } from "../trust.js";
import type { UpstreamCaller } from "../upstream-json.js";
import { createWarnOnce } from "../warn-once.js";
import { exchangeToken } from "./exchange.js";
import { formatLogout } from "./format-logout.js";
import { createOidcLogin, type Reading } from "./oidc-login.js";
import { probeProvider } from "./probe.js";
import { openProvider, type Provider } from "./provider.js";
import type { EndpointOverrides, ProviderMetadata } from "./provider-metadata.js";
import type { PersonResult } from "./read-identity.js";
import type { RefreshData } from "./refresh-data.js";
import type { Claims } from "./signed-token.js";

/** A connector for one OpenID provider: what differs from type to type. */
export interface OidcConnectorSettings {
  readonly issuer: string;
  /** The setting that says where the provider is, where that is not `issuer`. */
  readonly addressKey?: string | undefined;
  readonly issuerAlias?: string | undefined;
  readonly overrides?: EndpointOverrides | undefined;
  readonly clientId: string;
  readonly clientSecret?: Secret | undefined;
  readonly redirectUri?: string | undefined;
  readonly trust: TrustSettings;
  /** Undefined: as the provider says. */
  readonly authentication?: ClientAuthentication | undefined;
  /** Undefined: as the provider says. */
  readonly pkce?: "S256" | "plain" | undefined;
  /** Besides `openid`. */
  readonly scopes: readonly string[];
  /** Ask for the scope `offline_access` where the client of ours did. */
  readonly asksOffline?: boolean | undefined;
  readonly parameters: (wanted: WantedScopes) => Readonly<Record<string, string | undefined>>;
  readonly getsUserInfo: boolean;
  readonly needsIdToken?: boolean | undefined;
  readonly refreshData: RefreshData;
  /** Clients whose tokens are exchanged. Undefined: no token is. */
  readonly exchangeAudiences?: readonly string[] | undefined;
}

export type ReadPerson = (claims: Claims, reading: Reading) => PersonResult | Promise<PersonResult>;

/** What a type's own code may use of the connector that is being opened. */
export interface OpenedParts {
  readonly http: HttpClient;
  readonly provider: Provider;
}

/** Reads the provider's document and opens the connector. Rejects where it can't be read: the pool tries again. */
export async function openOidcConnector(
  settings: OidcConnectorSettings,
  context: ConnectorContext,
  createReader: (parts: OpenedParts) => ReadPerson | Promise<ReadPerson>,
): Promise<Connector> {
  const http = openHttpClient(addTrust(context.http, settings.trust));
  try {
    const { pause, clock, warn } = context;
    const { issuer, issuerAlias, overrides } = settings;
    const provider = await openProvider({ http, pause, clock, warn, issuer, issuerAlias, overrides });
    return assemble(settings, context, { http, provider }, await createReader({ http, provider }));
  } catch (error) {
    await http.close();
    throw error;
  }
}

function assemble(
  settings: OidcConnectorSettings,
  context: ConnectorContext,
  { http, provider }: OpenedParts,
  readPerson: ReadPerson,
): Connector {
  const { pause, clock, warn } = context;
  const { clientId, getsUserInfo, needsIdToken, exchangeAudiences, redirectUri, parameters, refreshData } = settings;
  const shared = { http, pause, clock, provider, clientId, getsUserInfo, needsIdToken, readPerson };
  const client = createClient(settings, { http, pause, clock }, provider);
  const scopes = ({ offlineAccess }: WantedScopes): readonly string[] => [
    ...new Set(["openid", ...settings.scopes, ...(settings.asksOffline && offlineAccess ? ["offline_access"] : [])]),
  ];
  return {
    issuers: () => [provider.metadata().issuer, ...provider.issuers()],
    ...createOidcLogin({ ...shared, client, parameters, refreshData, scopes, warnOnce: createWarnOnce(warn) }),
    ...(exchangeAudiences !== undefined && {
      exchangeToken: (input) => exchangeToken({ ...shared, audiences: exchangeAudiences }, input),
    }),
    async logout(input) {
      const url = provider.metadata().endSessionUrl;
      return url === undefined ? undefined : { url: formatLogout(url, clientId, input) };
    },
    probe: () => probeProvider({ ...settings, provider, client: client(), redirectUri }),
    close: () => http.close(),
  };
}

function createClient(
  { clientId, clientSecret, authentication, pkce }: OidcConnectorSettings,
  caller: UpstreamCaller & { readonly clock: Clock },
  provider: Provider,
): () => OAuth2Client {
  return followMetadata(provider, (metadata) =>
    createOAuth2Client({
      ...caller,
      clientId,
      clientSecret,
      authorizationUrl: metadata.authorizationUrl,
      tokenUrl: metadata.tokenUrl,
      authentication: authentication ?? chooseAuthentication(metadata),
      pkce: pkce ?? choosePkce(metadata),
    }),
  );
}

/** One client for as long as the provider's document is the same, so that it need not find out again how to authenticate. */
function followMetadata(provider: Provider, create: (metadata: ProviderMetadata) => OAuth2Client): () => OAuth2Client {
  let seen = provider.metadata();
  let client = create(seen);
  return () => {
    const metadata = provider.metadata();
    if (metadata !== seen) client = create(metadata);
    seen = metadata;
    return client;
  };
}

/** Basic is what a provider has that says nothing (Discovery section 3); one that lists only the other way is believed. */
function chooseAuthentication({ authenticationMethods: methods }: ProviderMetadata): ClientAuthentication {
  return methods.includes("client_secret_post") && !methods.includes("client_secret_basic") ? "body" : "probe";
}

function choosePkce({ pkceMethods }: ProviderMetadata): "S256" | "plain" | "none" {
  if (pkceMethods.includes("S256")) return "S256";
  return pkceMethods.includes("plain") ? "plain" : "none";
}
