import * as z from "zod";
import { openHttpClient } from "../../platform/http-client.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, ConnectorContext } from "../port.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector } from "../shared/oauth2-connector.js";
import { addTrust } from "../shared/trust.js";
import { tryCredentials } from "../shared/try-credentials.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { fetchJson } from "../shared/upstream-json.js";
import type { OAuthOptions } from "./config.js";
import { formatAsGo } from "./format-number.js";

type Members = Readonly<Record<string, unknown>>;

const Answer = z.record(z.string(), z.unknown());

/** Opens a connector for an upstream that speaks OAuth 2.0 and tells at one address who the person is. */
export function openOAuth(options: OAuthOptions, { http: settings, pause, clock }: ConnectorContext): Connector {
  const http = openHttpClient(addTrust(settings, options));
  const caller = { http, pause };
  const client = createOAuth2Client({
    ...caller,
    clock,
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: options.authorizationURL,
    tokenUrl: options.tokenURL,
    authentication: "probe",
    pkce: options.pkceChallenge ?? "none",
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: () => options.scopes ?? [],
    async readPerson({ accessToken, tokenType }, wanted) {
      const headers = { authorization: `${tokenType} ${accessToken}` };
      const person = await fetchJson(caller, Answer, { url: options.userInfoURL, headers });
      const groups = wanted.groups ? listGroups(person, accessToken, options.claimMapping.groupsKey) : [];
      return { outcome: "ok", identity: toIdentity(person, groups, options) };
    },
    canRefresh: false,
    probe: async () => [await tryCredentials(client, options.redirectURI ?? "", "tokenURL")],
    close: () => http.close(),
  });
}

function toIdentity(person: Members, groups: readonly string[], options: OAuthOptions): Identity {
  const { claimMapping: keys } = options;
  const read = (key: string): string => {
    const value = person[key];
    return typeof value === "string" ? value : "";
  };
  return {
    userId: readId(person[options.userIDKey], options),
    username: read(keys.userNameKey),
    preferredUsername: read(keys.preferredUsernameKey),
    email: read(keys.emailKey),
    emailVerified: person[keys.emailVerifiedKey] === true,
    groups,
  };
}

/** Half of `sub`: without it, or with digits that JSON has lost, two people could be one. */
function readId(id: unknown, { userIDKey, exactNumericIDs }: OAuthOptions): string {
  if (typeof id === "string" && id !== "") return id;
  if (typeof id !== "number") throw new UpstreamError(`the upstream sent no usable ${userIDKey}`);
  if (!Number.isSafeInteger(id))
    throw new UpstreamError(`the upstream sent a ${userIDKey} with more digits than a number can hold`);
  if (id <= 0) throw new UpstreamError(`the upstream sent no usable ${userIDKey}`);
  return exactNumericIDs ? String(id) : formatAsGo(id);
}

/** Those of the answer and those of the access token, each once (dex-connectors §5.4). */
function listGroups(person: Members, accessToken: string, key: string): readonly string[] {
  return [...new Set([...readGroups(person[key]), ...readGroups(readPayload(accessToken)[key])])];
}

function readGroups(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    const name: unknown = typeof each === "object" && each !== null ? Reflect.get(each, "name") : each;
    return typeof name === "string" ? [name] : [];
  });
}

/** What an access token says that looks like a JWT. It came from the token endpoint itself, so nobody else can have made it. */
function readPayload(token: string): Members {
  const parts = token.split(".");
  if (parts.length !== 3) return {};
  try {
    return Answer.parse(JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")));
  } catch {
    return {};
  }
}
