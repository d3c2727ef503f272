import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext, WantedScopes } from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector, type OAuth2ConnectorOptions } from "../shared/oauth2-connector.js";
import { probeOAuth2 } from "../shared/probe-oauth2.js";
import { type BitbucketApi, createBitbucketApi } from "./api.js";
import type { BitbucketCloudOptions } from "./config.js";

/** bitbucket.org. */
export function openBitbucketCloud(options: BitbucketCloudOptions, context: ConnectorContext): Connector {
  const { clock, pause } = context;
  if (options.includeTeamGroups) context.warn("includeTeamGroups has no effect: Bitbucket has no teams any more");
  const http = openHttpClient(context.http);
  const baseUrl = trimSlashes(options.baseURL);
  const apiUrl = trimSlashes(options.apiURL);
  const client = createOAuth2Client({
    ...{ http, pause, clock },
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: `${baseUrl}/site/oauth2/authorize`,
    tokenUrl: `${baseUrl}/site/oauth2/access_token`,
    authentication: "basic",
    pkce: "none",
    // Bitbucket sends people to the one address that is registered (dex-connectors O-53).
    omitsRedirectUri: true,
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: () => ["account", "email"],
    readPerson: (tokens, wanted) =>
      readPerson(options, createBitbucketApi({ http, pause, clock, apiUrl }, tokens), wanted),
    probe: () =>
      probeOAuth2({
        ...{ client, http, pause },
        personUrl: `${apiUrl}/user`,
        redirectUri: options.redirectURI,
        addressKey: "baseURL",
      }),
    close: () => http.close(),
  });
}

async function readPerson(
  options: BitbucketCloudOptions,
  api: BitbucketApi,
  wanted: WantedScopes,
): ReturnType<OAuth2ConnectorOptions["readPerson"]> {
  const user = await api.readUser();
  if (user.status !== undefined && user.status !== "active") {
    return { outcome: "denied", detail: `the account is ${user.status}` };
  }
  const address = (await api.listEmails()).find(({ isPrimary, isConfirmed }) => isPrimary && isConfirmed);
  if (address === undefined) return { outcome: "denied", detail: "no confirmed primary e-mail address" };
  const { teams = [], getWorkspacePermissions } = options;
  const all = wanted.groups || teams.length > 0 ? await readGroups(api, getWorkspacePermissions) : [];
  const groups = findAllowedGroups(all, teams);
  if (groups === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: {
      userId: user.uuid,
      username: user.username,
      preferredUsername: "",
      email: address.email,
      emailVerified: true,
      groups,
    },
  };
}

/** Slugs of the workspaces, and behind them `slug:permission` where that is set, as in Dex. */
async function readGroups(api: BitbucketApi, addsPermissions: boolean): Promise<readonly string[]> {
  const slugs = await api.listWorkspaces();
  if (!addsPermissions) return slugs;
  const permissions: string[] = [];
  for (const slug of slugs) {
    const permission = await api.findPermission(slug);
    if (permission !== undefined) permissions.push(`${slug}:${permission}`);
  }
  return [...slugs, ...permissions];
}
