import * as z from "zod";
import { openHttpClient } from "../../platform/http-client.js";
import type { Identity } from "../../records/identity.js";
import {
  type Connector,
  type ConnectorContext,
  type LoginResult,
  type PasswordInput,
  ProbeFailure,
  type RefreshInput,
  type RefreshResult,
  type WantedScopes,
} from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import { probeStep } from "../shared/probe-step.js";
import { type AtlassianCrowdOptions, preferredUsernameFields } from "./config.js";
import { type CrowdClient, type CrowdUser, createCrowdClient } from "./crowd-client.js";

/** Opens a Crowd server: people give us their password, and Crowd judges it. */
export function openAtlassianCrowd(options: AtlassianCrowdOptions, context: ConnectorContext): Promise<Connector> {
  const { preferredUsernameField = "key", usernamePrompt } = options;
  if (!preferredUsernameFields.includes(preferredUsernameField))
    context.warn("preferredUsernameField names no field that can be read: there will be no preferred_username");
  const http = openHttpClient(context.http);
  const crowd = createCrowdClient(options, { http, pause: context.pause });
  return Promise.resolve({
    login: {
      kind: "password",
      ...(usernamePrompt !== undefined && { usernameLabel: usernamePrompt }),
      check: (input) => check(options, crowd, input),
    },
    refresh: (input) => refresh(options, crowd, input),
    probe: () => probe(crowd),
    close: () => http.close(),
  });
}

const denied = { outcome: "denied", detail: "Crowd does not let the person in" } as const;

async function check(
  options: AtlassianCrowdOptions,
  crowd: CrowdClient,
  { username, password, scopes }: PasswordInput,
): Promise<LoginResult> {
  if (username === "" || password === "") return { outcome: "bad-credentials" };
  const verdict = await crowd.startSession(username, password);
  if (verdict === "wrong") return { outcome: "bad-credentials" };
  if (verdict === "refused") return denied;
  return readPerson(options, crowd, username, scopes);
}

/** The name under which Crowd finds the person again, as Dex keeps it. */
const Kept = z.object({ username: z.string().min(1) });

async function refresh(
  options: AtlassianCrowdOptions,
  crowd: CrowdClient,
  { connectorData, scopes, identity }: RefreshInput,
): Promise<RefreshResult> {
  const username = findKeptName(connectorData);
  if (username === undefined) return { outcome: "denied", detail: "no user name is kept" };
  // Nobody may be there any more, and Crowd tells that of a session less clearly.
  const result = await readPerson(options, crowd, username, {
    ...scopes,
    // What is read now serves every application of this login: one that narrows its scopes takes no groups from others.
    groups: scopes.groups || identity.groups.length > 0,
  });
  if (result.outcome !== "ok") return result;
  return (await crowd.startSession(username)) === "ok" ? result : denied;
}

type PersonResult = Exclude<LoginResult, { outcome: "bad-credentials" }>;

async function readPerson(
  options: AtlassianCrowdOptions,
  crowd: CrowdClient,
  username: string,
  scopes: WantedScopes,
): Promise<PersonResult> {
  const user = await crowd.findUser(username);
  if (user === undefined) return { outcome: "denied", detail: "Crowd does not know the person" };
  if (!user.active) return { outcome: "denied", detail: "the account is not active" };
  const limits = options.groups ?? [];
  const groups = scopes.groups || limits.length > 0 ? await crowd.listGroups(user.name) : [];
  const allowed = findAllowedGroups(groups, limits);
  if (allowed === undefined) return notInAllowedGroups;
  return {
    outcome: "ok",
    identity: toIdentity(options, user, allowed),
    connectorData: JSON.stringify({ username: user.name } satisfies z.infer<typeof Kept>),
  };
}

function toIdentity(options: AtlassianCrowdOptions, user: CrowdUser, groups: readonly string[]): Identity {
  const { key, name, email } = user;
  const preferred = new Map(Object.entries({ key, name, email })).get(options.preferredUsernameField ?? "");
  return { userId: key, username: name, preferredUsername: preferred ?? "", email, emailVerified: true, groups };
}

function findKeptName(connectorData: string | undefined): string | undefined {
  try {
    return Kept.parse(JSON.parse(connectorData ?? "")).username;
  } catch {
    return undefined;
  }
}

async function probe(crowd: CrowdClient): Promise<readonly string[]> {
  const { status } = await probeStep("baseURL", () => crowd.ping());
  if (status === 200) return ["Crowd knows the application and takes its password."];
  if (status === 401) throw new ProbeFailure("Crowd does not know the application by this password", "clientSecret");
  if (status === 403)
    throw new ProbeFailure(
      "Crowd does not let the application in: add our address to its remote addresses",
      "clientID",
    );
  throw new ProbeFailure(`there is no Crowd: status ${status}`, "baseURL");
}
