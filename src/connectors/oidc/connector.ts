import type { Connector, ConnectorContext } from "../port.js";
import { createGroupFilter } from "../shared/oidc/group-filter.js";
import { openOidcConnector } from "../shared/oidc/open-oidc-connector.js";
import type { GroupSettings } from "../shared/oidc/read-groups.js";
import { type IdentitySettings, readIdentity } from "../shared/oidc/read-identity.js";
import { jsonRefreshData } from "../shared/oidc/refresh-data.js";
import type { Claims } from "../shared/oidc/signed-token.js";
import { createWarnOnce } from "../shared/warn-once.js";
import type { OidcOptions } from "./config.js";

/** Opens a connector for any OpenID provider. */
export function openOidc(options: OidcOptions, context: ConnectorContext): Promise<Connector> {
  const { providerDiscoveryOverrides: overrides } = options;
  const identity = createIdentitySettings(options);
  const noteContext = createContextNote(options, context);
  return openOidcConnector(
    {
      issuer: options.issuer,
      issuerAlias: options.issuerAlias,
      overrides: {
        authorizationUrl: overrides.authURL,
        tokenUrl: overrides.tokenURL,
        jwksUrl: overrides.jwksURL,
        userInfoUrl: overrides.userInfoURL,
        endSessionUrl: overrides.endSessionURL,
      },
      clientId: options.clientID,
      clientSecret: options.clientSecret,
      redirectUri: options.redirectURI,
      trust: options,
      authentication: wantsBody(options) ? "body" : undefined,
      pkce: options.pkceChallenge,
      scopes: options.scopes,
      asksOffline: options.requestOfflineAccess,
      parameters: ({ offlineAccess }) => ({
        acr_values: options.acrValues?.join(" ") || undefined,
        // Google's way to ask for a refresh token; others do not mind.
        ...(offlineAccess && { access_type: "offline", prompt: options.promptType || undefined }),
      }),
      getsUserInfo: options.getUserInfo,
      refreshData: jsonRefreshData,
      exchangeAudiences: options.tokenExchangeAudiences ?? [],
    },
    context,
    () => (claims) => {
      noteContext(claims);
      return readIdentity(claims, identity);
    },
  );
}

/** `acr_values` is a wish (Core section 3.1.2.1), and Dex does not look at what became of it: whoever runs us should know. */
function createContextNote({ acrValues = [] }: OidcOptions, { warn }: ConnectorContext): (claims: Claims) => void {
  const warnOnce = createWarnOnce(warn);
  return ({ acr }) => {
    if (acrValues.length === 0 || (typeof acr === "string" && acrValues.includes(acr))) return;
    warnOnce("a login came with an acr that is none of acrValues; acrValues is a wish and lets everybody in");
  };
}

/** Okta answers a try with Basic by burning the code. */
function wantsBody({ basicAuthUnsupported, issuer }: OidcOptions): boolean {
  if (basicAuthUnsupported !== undefined) return basicAuthUnsupported;
  return URL.canParse(issuer) && /(^|\.)(okta|oktapreview)\.com$/.test(new URL(issuer).hostname);
}

function createIdentitySettings(options: OidcOptions): IdentitySettings {
  const { claimMapping, claimModifications, overrideClaimMapping: overrides } = options;
  const { newGroupFromClaims = [], modifyGroupNames } = claimModifications;
  return {
    userIdKey: options.userIDKey,
    userNameKey: options.userNameKey,
    preferredUsernameClaim: claimMapping.preferred_username,
    emailClaim: claimMapping.email,
    overrides,
    isStrict: true,
    asksEmail: options.scopes.includes("email"),
    trustsEmail: options.insecureSkipEmailVerified,
    groups: options.insecureEnableGroups ? createGroupSettings(options) : undefined,
    groupPrefix: modifyGroupNames.prefix ?? "",
    groupSuffix: modifyGroupNames.suffix ?? "",
    newGroups: newGroupFromClaims.map(({ claims = [], delimiter = "", prefix = "", clearDelimiter }) => ({
      claims,
      delimiter,
      prefix,
      clearDelimiter,
    })),
  };
}

function createGroupSettings(options: OidcOptions): GroupSettings {
  const { groupsFilter } = options.claimModifications.filterGroupClaims;
  return {
    claim: options.claimMapping.groups,
    overrides: options.overrideClaimMapping,
    filter: groupsFilter === undefined ? undefined : createGroupFilter(groupsFilter),
    allowed: options.allowedGroups,
  };
}
