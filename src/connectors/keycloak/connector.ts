import * as z from "zod";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext } from "../port.js";
import { openOidcConnector } from "../shared/oidc/open-oidc-connector.js";
import type { Provider } from "../shared/oidc/provider.js";
import { readIdentity } from "../shared/oidc/read-identity.js";
import { jsonRefreshData } from "../shared/oidc/refresh-data.js";
import type { Claims } from "../shared/oidc/signed-token.js";
import type { KeycloakOptions } from "./config.js";

/** Opens a connector for a realm of Keycloak: `oidc` with what Keycloak needs already set. */
export function openKeycloak(options: KeycloakOptions, context: ConnectorContext): Promise<Connector> {
  const { baseURL, realm, clientID, clientSecret, redirectURI, groupsFrom, allowedGroups } = options;
  const identity = {
    userNameKey: "name",
    overrides: false,
    // Keycloak lets people have neither name nor address.
    isStrict: false,
    asksEmail: false,
    trustsEmail: false,
    groups: { overrides: false, allowed: allowedGroups },
    groupPrefix: "",
    groupSuffix: "",
    newGroups: [],
  };
  return openOidcConnector(
    {
      issuer: `${trimSlashes(baseURL)}/realms/${encodeURIComponent(realm)}`,
      addressKey: "baseURL",
      clientId: clientID,
      clientSecret,
      redirectUri: redirectURI,
      trust: options,
      pkce: "S256",
      scopes: options.scopes,
      asksOffline: options.requestOfflineAccess,
      parameters: () => ({}),
      getsUserInfo: false,
      refreshData: jsonRefreshData,
      exchangeAudiences: [],
    },
    context,
    ({ provider }) =>
      async (claims, { accessToken }) =>
        readIdentity(groupsFrom === "groups" ? claims : await replaceGroups(provider, claims, accessToken), identity),
  );
}

const Roles = z.object({ realm_access: z.object({ roles: z.array(z.string()) }) });

/** Roles stand in the access token, unless a mapper puts them into the ID token too. */
async function replaceGroups(provider: Provider, claims: Claims, accessToken: string): Promise<Claims> {
  const inIdToken = Roles.safeParse(claims).data;
  const roles = inIdToken ?? Roles.safeParse((await provider.verify(accessToken)).claims).data;
  return { ...claims, groups: roles?.realm_access.roles ?? [] };
}
