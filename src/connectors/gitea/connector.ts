import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext } from "../port.js";
import { notInAllowedGroups } from "../shared/allowed-groups.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector, type OAuth2ConnectorOptions } from "../shared/oauth2-connector.js";
import { probeOAuth2 } from "../shared/probe-oauth2.js";
import { createGiteaApi, type GiteaApi } from "./api.js";
import type { GiteaOptions } from "./config.js";
import { readAllGroups, readAllowedGroups } from "./read-groups.js";

/** Gitea, Forgejo and Codeberg. */
export function openGitea(options: GiteaOptions, context: ConnectorContext): Connector {
  const { clock, pause } = context;
  const http = openHttpClient(context.http);
  const baseUrl = trimSlashes(options.baseURL);
  const client = createOAuth2Client({
    ...{ http, pause, clock },
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: `${baseUrl}/login/oauth/authorize`,
    tokenUrl: `${baseUrl}/login/oauth/access_token`,
    authentication: "body",
    pkce: "S256",
    refusals: grantRefusals,
  });
  return createOAuth2Connector({
    client,
    clock,
    // Without scopes a token may do what the person may; older versions know none.
    scopes: () => [],
    readPerson: (tokens) => readPerson(options, createGiteaApi({ http, pause, clock, baseUrl }, tokens)),
    probe: () =>
      probeOAuth2({
        ...{ client, http, pause },
        personUrl: `${baseUrl}/api/v1/user`,
        redirectUri: options.redirectURI,
        addressKey: "baseURL",
      }),
    close: () => http.close(),
  });
}

/** `unauthorized_client` is Gitea's word for a wrong secret, and for a grant that is over: the description tells. */
const grantRefusals = [
  "unauthorized_client: client is not authorized",
  "unauthorized_client: token was already used",
  "unauthorized_client: unable to parse refresh token",
  "unauthorized_client: failed PKCE code challenge",
];

async function readPerson(options: GiteaOptions, api: GiteaApi): ReturnType<OAuth2ConnectorOptions["readPerson"]> {
  const answer = await api.readUser();
  if ("blocked" in answer) return { outcome: "denied", detail: answer.blocked };
  const user = answer.person;
  if (user.isBlocked) return { outcome: "denied", detail: "the account is not active" };
  const groups = await readGroups(options, api);
  if (groups === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: {
      userId: options.useLoginAsID ? user.login : user.id,
      username: user.fullName || user.email,
      preferredUsername: user.login,
      email: user.email,
      emailVerified: true,
      groups,
    },
  };
}

/** Whatever scopes were asked for, as in Dex. */
async function readGroups(
  { orgs = [], loadAllGroups }: GiteaOptions,
  api: GiteaApi,
): Promise<readonly string[] | undefined> {
  if (orgs.length > 0) return readAllowedGroups(api, orgs);
  return loadAllGroups ? readAllGroups(api) : [];
}
