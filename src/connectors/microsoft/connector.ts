import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, ConnectorContext, WantedScopes } from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import { createOAuth2Client, type OAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector } from "../shared/oauth2-connector.js";
import type { UpstreamCaller } from "../shared/upstream-json.js";
import { isOneOrganization, type MicrosoftOptions, preferredUsernameFields } from "./config.js";
import { createGraph, type Graph, type GraphPerson } from "./graph.js";
import { probeMicrosoft } from "./probe.js";
import { readAssertion } from "./read-assertion.js";

/** Opens Microsoft's login, and Microsoft Graph, which says who the person is. No ID token is used. */
export function openMicrosoft(options: MicrosoftOptions, context: ConnectorContext): Promise<Connector> {
  const { preferredUsernameField = "name" } = options;
  if (!preferredUsernameFields.includes(preferredUsernameField))
    context.warn("preferredUsernameField names no field that can be read: there will be no preferred_username");
  const http = openHttpClient(context.http);
  const caller = { http, pause: context.pause };
  const graph = createGraph(caller, trimSlashes(options.graphURL));
  const connector = createOAuth2Connector({
    client: createClient(options, context, caller),
    clock: context.clock,
    scopes: (wanted) => listScopes(options, wanted),
    parameters: () => ({ prompt: options.promptType, domain_hint: options.domainHint }),
    readPerson: ({ accessToken }, wanted) => readPerson(options, graph, accessToken, wanted),
    close: () => http.close(),
  });
  return Promise.resolve({ ...connector, probe: () => probeMicrosoft(options, context, caller) });
}

function createClient(options: MicrosoftOptions, context: ConnectorContext, caller: UpstreamCaller): OAuth2Client {
  const base = `${trimSlashes(options.apiURL)}/${encodeURIComponent(options.tenant)}/oauth2/v2.0`;
  const { clientAssertion } = options;
  return createOAuth2Client({
    ...caller,
    clock: context.clock,
    clientId: options.clientID,
    clientSecret: clientAssertion === undefined ? options.clientSecret : undefined,
    authorizationUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    authentication: "body",
    pkce: "S256",
    // Conditional access, a new factor, a withdrawn consent: this person has to log in again.
    refusals: ["interaction_required", "login_required", "consent_required"],
    ...(clientAssertion !== undefined && { tokenParameters: () => readAssertion(context, clientAssertion) }),
  });
}

function listScopes(options: MicrosoftOptions, wanted: WantedScopes): readonly string[] {
  const { scopes = [] } = options;
  return [
    ...(scopes.length > 0 ? scopes : ["user.read"]),
    ...(needsGroups(options, wanted) ? ["directory.read.all"] : []),
    ...(wanted.offlineAccess ? ["offline_access"] : []),
  ];
}

function needsGroups({ groups = [], tenant }: MicrosoftOptions, wanted: WantedScopes): boolean {
  return isOneOrganization(tenant) && (wanted.groups || groups.length > 0);
}

type PersonResult = { outcome: "ok"; identity: Identity } | { outcome: "denied"; detail: string };

async function readPerson(
  options: MicrosoftOptions,
  graph: Graph,
  accessToken: string,
  wanted: WantedScopes,
): Promise<PersonResult> {
  const person = await graph.findMe(accessToken);
  if (person === undefined) return { outcome: "denied", detail: "Microsoft Graph does not know the person" };
  const groups = needsGroups(options, wanted) ? await readGroups(options, graph, accessToken) : [];
  if (groups === undefined) return notInAllowedGroups;
  return { outcome: "ok", identity: toIdentity(options, person, groups) };
}

/** Undefined: in none of the allowed groups. */
async function readGroups(
  options: MicrosoftOptions,
  graph: Graph,
  accessToken: string,
): Promise<readonly string[] | undefined> {
  const ids = await graph.listGroupIds(accessToken, options.onlySecurityGroups);
  const groups = options.groupNameFormat === "id" ? ids : await graph.listGroupNames(accessToken, ids);
  const allowed = findAllowedGroups(groups, options.groups);
  if (allowed === undefined || !options.useGroupsAsWhitelist) return allowed && groups;
  // As in Dex: a whitelist of nothing shows nothing.
  return (options.groups ?? []).length === 0 ? [] : allowed;
}

function toIdentity(options: MicrosoftOptions, person: GraphPerson, groups: readonly string[]): Identity {
  const { userPrincipalName } = person;
  const email = options.emailToLowercase ? userPrincipalName.toLowerCase() : userPrincipalName;
  return {
    userId: person.id,
    username: person.displayName,
    preferredUsername: findPreferredUsername(options, person, email),
    email,
    emailVerified: true,
    groups,
  };
}

function findPreferredUsername(options: MicrosoftOptions, person: GraphPerson, email: string): string {
  switch (options.preferredUsernameField) {
    case "name":
      return person.displayName;
    case "email":
      return email;
    case "mailNickname":
      return person.mailNickname;
    case "onPremisesSamAccountName":
      return person.onPremisesSamAccountName;
    default:
      return "";
  }
}
