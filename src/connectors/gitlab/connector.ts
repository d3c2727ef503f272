import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext, WantedScopes } from "../port.js";
import { createOAuth2Client, type TokenSet } from "../shared/oauth2-client.js";
import { createOAuth2Connector } from "../shared/oauth2-connector.js";
import { probeOAuth2 } from "../shared/probe-oauth2.js";
import { createGitLabApi } from "./api.js";
import type { GitLabOptions } from "./config.js";
import { exchangeToken } from "./exchange-token.js";
import { needsGroups, readPerson } from "./read-person.js";

/** gitlab.com and GitLab of one's own. */
export function openGitLab(options: GitLabOptions, context: ConnectorContext): Connector {
  const { clock, pause } = context;
  const ca = options.rootCAData === undefined ? [] : [options.rootCAData];
  const http = openHttpClient({ ...context.http, ca: [...context.http.ca, ...ca] });
  const baseUrl = trimSlashes(options.baseURL);
  const apiFor = (tokens: TokenSet) => createGitLabApi({ http, pause, clock, baseUrl }, tokens);
  const client = createOAuth2Client({
    ...{ http, pause, clock },
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: `${baseUrl}/oauth/authorize`,
    tokenUrl: `${baseUrl}/oauth/token`,
    authentication: "body",
    pkce: "S256",
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: (wanted) => listScopes(options, wanted),
    readPerson: (tokens, wanted) => readPerson(options, apiFor(tokens), wanted),
    exchangeToken: (input) => exchangeToken(options, apiFor({ tokenType: "Bearer", accessToken: input.token }), input),
    probe: () =>
      probeOAuth2({
        ...{ client, http, pause },
        personUrl: `${baseUrl}/api/v4/user`,
        redirectUri: options.redirectURI,
        addressKey: "baseURL",
      }),
    close: () => http.close(),
  });
}

/** `openid` opens the userinfo endpoint, which tells groups; `read_api` the list of inherited ones. */
function listScopes(options: GitLabOptions, wanted: WantedScopes): readonly string[] {
  if (!needsGroups(options, wanted)) return ["read_user"];
  return options.inheritedGroups ? ["read_user", "openid", "read_api"] : ["read_user", "openid"];
}
