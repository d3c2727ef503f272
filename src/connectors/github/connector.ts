import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext, WantedScopes } from "../port.js";
import { notInAllowedGroups } from "../shared/allowed-groups.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector, type OAuth2ConnectorOptions } from "../shared/oauth2-connector.js";
import { probeOAuth2 } from "../shared/probe-oauth2.js";
import { createGitHubApi, type GitHubApi, type GitHubUser } from "./api.js";
import { chooseEmail } from "./choose-email.js";
import { type GitHubOptions, publicAddresses } from "./config.js";
import { readGroups } from "./read-groups.js";

/** github.com and GitHub Enterprise. */
export function openGitHub(options: GitHubOptions, context: ConnectorContext): Connector {
  const { clock, pause } = context;
  const ca = options.rootCA === undefined ? [] : [options.rootCA];
  const http = openHttpClient({ ...context.http, ca: [...context.http.ca, ...ca] });
  const { baseUrl, apiUrl, addressKey } = findAddresses(options);
  const client = createOAuth2Client({
    ...{ http, pause, clock },
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: `${baseUrl}/login/oauth/authorize`,
    tokenUrl: `${baseUrl}/login/oauth/access_token`,
    authentication: "body",
    pkce: "S256",
    refusals: ["bad_verification_code", "bad_refresh_token", "unverified_user_email"],
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: (wanted) => (asksForGroups(options, wanted) ? ["user:email", "read:org"] : ["user:email"]),
    readPerson: (tokens, wanted) =>
      readPerson(options, createGitHubApi({ http, pause, clock, apiUrl }, tokens), wanted),
    probe: () =>
      probeOAuth2({
        ...{ client, http, pause, addressKey },
        personUrl: `${apiUrl}/user`,
        redirectUri: options.redirectURI,
      }),
    close: () => http.close(),
  });
}

function findAddresses({ hostName, baseURL, apiURL }: GitHubOptions) {
  if (hostName !== undefined) {
    return { baseUrl: `https://${hostName}`, apiUrl: `https://${hostName}/api/v3`, addressKey: "hostName" };
  }
  return {
    baseUrl: trimSlashes(baseURL ?? publicAddresses.baseURL),
    apiUrl: trimSlashes(apiURL ?? publicAddresses.apiURL),
    addressKey: "baseURL",
  };
}

function asksForGroups({ org, orgs = [] }: GitHubOptions, { groups }: WantedScopes): boolean {
  return groups || org !== undefined || orgs.length > 0;
}

async function readPerson(
  options: GitHubOptions,
  api: GitHubApi,
  wanted: WantedScopes,
): ReturnType<OAuth2ConnectorOptions["readPerson"]> {
  const answer = await api.readUser();
  if ("blocked" in answer) return { outcome: "denied", detail: answer.blocked };
  const user = answer.person;
  if (user.suspendedAt !== undefined) return { outcome: "denied", detail: "the account is suspended" };
  const email = await findEmail(options, api, user);
  if (email === undefined) return { outcome: "denied", detail: "no verified primary e-mail address" };
  const settings = {
    orgs: options.orgs ?? [],
    legacyOrg: options.org,
    loadsAll: options.loadAllGroups,
    teamNameField: options.teamNameField ?? "name",
  };
  const groups = await readGroups(api, settings, user.login, wanted.groups);
  if (groups === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: {
      userId: options.useLoginAsID ? user.login : user.id,
      username: user.name || user.login,
      preferredUsername: user.login,
      email,
      emailVerified: true,
      groups,
    },
  };
}

/** The public address counts without a look at the others, unless a domain is preferred, as in Dex. */
async function findEmail(options: GitHubOptions, api: GitHubApi, user: GitHubUser): Promise<string | undefined> {
  const { preferredEmailDomain: preferredDomain, hostName } = options;
  if (user.email !== "" && preferredDomain === undefined) return user.email;
  return chooseEmail(await api.listEmails(), { preferredDomain, countsAllAsVerified: hostName !== undefined });
}
