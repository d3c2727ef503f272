import * as z from "zod";
import { type HttpClient, openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import type { Connector, ConnectorContext, LoginResult } from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector } from "../shared/oauth2-connector.js";
import { probeStep } from "../shared/probe-step.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { fetchJson, parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import type { OpenShiftOptions } from "./config.js";

/** What the cluster says of its OAuth server (RFC 8414). */
const Metadata = z.object({
  authorization_endpoint: z.url({ protocol: /^https?$/ }),
  token_endpoint: z.url({ protocol: /^https?$/ }),
  code_challenge_methods_supported: z.array(z.string()).optional().catch(undefined),
});
type Metadata = z.infer<typeof Metadata>;

/** A user of `user.openshift.io/v1`. Virtual ones like `kube:admin` have no uid. */
const User = z.object({
  metadata: z.object({ name: z.string().min(1), uid: z.string().optional().catch(undefined) }),
  groups: z
    .array(z.string())
    .nullish()
    .transform((groups) => groups ?? []),
});

/** Opens a cluster: its metadata is read first, and where that fails opening is tried again later. */
export async function openOpenShift(options: OpenShiftOptions, context: ConnectorContext): Promise<Connector> {
  const http = openCluster(options, context);
  const caller = { http, pause: context.pause };
  try {
    const metadata = await readMetadata(options, caller);
    return createConnector(options, context, caller, metadata);
  } catch (error) {
    await http.close();
    throw error;
  }
}

function openCluster({ rootCA, insecureCA }: OpenShiftOptions, { http, warn }: ConnectorContext): HttpClient {
  if (insecureCA) warn("insecureCA: anybody on the way can be the cluster");
  return openHttpClient({
    ...http,
    ca: rootCA === undefined ? http.ca : [...http.ca, rootCA],
    verifyCertificates: http.verifyCertificates && !insecureCA,
  });
}

function createConnector(
  options: OpenShiftOptions,
  context: ConnectorContext,
  caller: UpstreamCaller,
  metadata: Metadata,
): Connector {
  const client = createOAuth2Client({
    ...caller,
    clock: context.clock,
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    authorizationUrl: metadata.authorization_endpoint,
    tokenUrl: metadata.token_endpoint,
    // Older clusters do not decode what RFC 6749 section 2.3.1 has encoded, and the name of a service account holds colons.
    authentication: "probe",
    pkce: metadata.code_challenge_methods_supported?.includes("S256") === true ? "S256" : "none",
  });
  const connector = createOAuth2Connector({
    client,
    clock: context.clock,
    scopes: () => ["user:info"],
    readPerson: ({ accessToken }) => readPerson(options, caller, accessToken),
    storedNames: "wire",
    close: () => caller.http.close(),
  });
  return { ...connector, probe: () => probe(options, caller) };
}

async function readMetadata({ issuer }: OpenShiftOptions, caller: UpstreamCaller): Promise<Metadata> {
  const response = await sendPatiently(caller, {
    url: `${trimSlashes(issuer)}/.well-known/oauth-authorization-server`,
  });
  // Nothing was handed in that could be refused: 401 is a cluster that keeps its metadata for itself.
  if (response.status === 401) throw new UpstreamError("the cluster does not show its OAuth metadata (401)");
  return parseJson(Metadata, requireSuccess(response));
}

/** Groups limit at each reading, and all of them are told, as in Dex. */
async function readPerson(
  options: OpenShiftOptions,
  caller: UpstreamCaller,
  accessToken: string,
): Promise<Exclude<LoginResult, { outcome: "bad-credentials" }>> {
  const { metadata, groups } = await fetchJson(caller, User, {
    url: `${trimSlashes(options.issuer)}/apis/user.openshift.io/v1/users/~`,
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const { uid, name } = metadata;
  if (uid === undefined || uid === "") return { outcome: "denied", detail: "the user has no uid (a virtual user)" };
  if (findAllowedGroups(groups, options.groups) === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: { userId: uid, username: name, preferredUsername: name, email: name, emailVerified: false, groups },
  };
}

async function probe(options: OpenShiftOptions, caller: UpstreamCaller): Promise<readonly string[]> {
  const { authorization_endpoint: endpoint } = await probeStep("issuer", () => readMetadata(options, caller));
  return [`The cluster sends people to ${new URL(endpoint).host}.`];
}
