import { openHttpClient } from "../../platform/http-client.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, ConnectorContext, LoginResult, PasswordInput, RefreshInput, RefreshResult } from "../port.js";
import { probeStep } from "../shared/probe-step.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { type AdminReader, createAdminReader } from "./admin-reader.js";
import type { KeystoneOptions } from "./config.js";
import { createKeystoneClient, type KeystoneClient, type KeystoneUser, type Reading } from "./keystone-client.js";

/** Opens a Keystone: people give us their password, and Keystone judges it. */
export function openKeystone(options: KeystoneOptions, context: ConnectorContext): Promise<Connector> {
  const http = openHttpClient(context.http);
  const keystone = createKeystoneClient(options, { http, pause: context.pause }, context.warn);
  const admin = createAdminReader(options, keystone);
  return Promise.resolve({
    login: {
      kind: "password",
      usernameLabel: "username",
      check: (input) => check(keystone, input),
    },
    ...(admin !== undefined && { refresh: (input: RefreshInput) => refresh(keystone, admin, input) }),
    probe: () => probe(keystone, admin),
    close: () => http.close(),
  });
}

async function check(keystone: KeystoneClient, { username, password, scopes }: PasswordInput): Promise<LoginResult> {
  if (username === "" || password === "") return { outcome: "bad-credentials" };
  const login = await keystone.authenticate(username, password);
  if (login === undefined) return { outcome: "bad-credentials" };
  const { token, userId, name } = login;
  const reading = await keystone.readUser(token, userId);
  // A policy may keep people from reading themselves: then there is no address (O-20).
  const email = "found" in reading ? reading.found.email : "";
  const groups = scopes.groups ? await keystone.readGroups(token, userId) : { found: [] };
  if ("missing" in groups) throw new UpstreamError(`Keystone does not tell the person's groups (${groups.missing})`);
  return {
    outcome: "ok",
    identity: {
      userId,
      username: name,
      preferredUsername: "",
      email,
      emailVerified: email !== "",
      groups: groups.found,
    },
  };
}

/** Reads user and groups with the token of `keystoneUsername`: the person's own is not kept, and would end in an hour. */
async function refresh(
  keystone: KeystoneClient,
  admin: AdminReader,
  { identity, scopes }: RefreshInput,
): Promise<RefreshResult> {
  // What is read now serves every application of this login: one that narrows its scopes takes no groups from others.
  const needsGroups = scopes.groups || identity.groups.length > 0;
  const reading = await admin.read((token) => readPerson(keystone, token, identity, needsGroups));
  if ("missing" in reading) return { outcome: "denied", detail: "Keystone does not know the person any more" };
  const { user, groups } = reading.found;
  if (!user.enabled) return { outcome: "denied", detail: "the user is disabled" };
  const { id: userId, name: username, email } = user;
  return {
    outcome: "ok",
    identity: { ...identity, userId, username, email, emailVerified: email !== "", groups },
  };
}

interface Person {
  readonly user: KeystoneUser;
  readonly groups: readonly string[];
}

async function readPerson(
  keystone: KeystoneClient,
  token: string,
  identity: Identity,
  needsGroups: boolean,
): Promise<Reading<Person>> {
  const user = await keystone.readUser(token, identity.userId);
  if ("missing" in user) return user.missing === "forbidden" ? explainForbidden(keystone, token, identity) : user;
  const groups = needsGroups ? await keystone.readGroups(token, identity.userId) : { found: [] };
  return "found" in groups ? { found: { user: user.found, groups: groups.found } } : groups;
}

/**
 * Who has no more than the role `reader` in the domain is told of a deleted user that they may not read them. Where they
 * may list users, and this one is not among them, the user is gone.
 */
async function explainForbidden(
  keystone: KeystoneClient,
  token: string,
  { userId, username }: Identity,
): Promise<{ readonly missing: "unknown" | "forbidden" }> {
  const listed = await keystone.listUserIds(token, username);
  return { missing: "found" in listed && !listed.found.includes(userId) ? "unknown" : "forbidden" };
}

/** Nobody has this id: an administrator is told so, anybody else that they may not ask. */
const nobody: Identity = {
  userId: "latchkey-probe",
  username: "latchkey-probe",
  preferredUsername: "",
  email: "",
  emailVerified: false,
  groups: [],
};

async function probe(keystone: KeystoneClient, admin: AdminReader | undefined): Promise<readonly string[]> {
  const version = await probeStep("keystoneHost", () => keystone.readVersion());
  const found = `Keystone answers with version ${version}.`;
  if (admin === undefined) return [found, "Without keystoneUsername people get no refresh tokens."];
  await probeStep("keystoneUsername", () => admin.read((token) => readPerson(keystone, token, nobody, false)));
  return [found, "keystoneUsername may read users."];
}
