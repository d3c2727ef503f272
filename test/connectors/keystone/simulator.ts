import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import {
  type Interference,
  type ReceivedRequest,
  startHttpUpstream,
  type UpstreamReply,
} from "../../support/http-upstream.js";

import type { KeystoneStand, NewUser } from "./stand.js";

interface StoredUser extends NewUser {
  readonly id: string;
  readonly enabled: boolean;
  /** No answer tells the id. */
  readonly hidesId?: boolean;
}

export interface KeystoneSimulator extends KeystoneStand {
  /** What goes wrong instead of an answer, where it gives something. */
  fail: (request: ReceivedRequest, response: ServerResponse) => Interference;
  /** Puts a user there under an id of the caller's choice, in the place of who had it. In these groups and no others. */
  putUser(user: StoredUser, groups: readonly string[]): void;
}

interface StoredToken {
  readonly userId: string;
  /** Of a domain that the token is good for; `*`: the whole system; undefined: the owner alone. */
  readonly domainId: string | undefined;
}

interface World {
  readonly domains: Map<string, string>;
  readonly users: Map<string, StoredUser>;
  readonly groups: Map<string, { readonly name: string; readonly members: Set<string> }>;
  /** Domain id by id of the user who may read there. */
  readonly readers: Map<string, string>;
  readonly tokens: Map<string, StoredToken>;
  readonly adminId: string;
}

const admin = { name: "admin", password: "admin password" };

/**
 * Keystone's Identity API v3 as Debian's Keystone 22 answers: 401 alike for every reason, 403 for a token without a scope
 * and for a reader who asks for somebody outside of their domain (also for a user that is gone), 404 for an administrator.
 */
export async function startKeystoneSimulator(): Promise<KeystoneSimulator> {
  const upstream = await startHttpUpstream();
  const adminId = createHexId();
  const world: World = {
    domains: new Map([["default", "Default"]]),
    users: new Map([[adminId, { ...admin, id: adminId, domainId: "default", enabled: true }]]),
    groups: new Map(),
    readers: new Map(),
    tokens: new Map(),
    adminId,
  };
  const simulator: KeystoneSimulator = {
    url: upstream.url,
    admin,
    defaultDomainId: "default",
    ...createHands(world),
    fail: () => undefined,
    putUser: (user, groups) => putUser(world, user, groups),
    close: () => upstream.close(),
  };
  upstream.answer((request, response) => {
    const failed = simulator.fail(request, response);
    return failed === undefined ? answer(world, request) : failed.reply;
  });
  return simulator;
}

/** A group's id is its name here. */
function putUser({ users, groups }: World, user: StoredUser, names: readonly string[]): void {
  users.set(user.id, user);
  for (const { members } of groups.values()) members.delete(user.id);
  for (const name of names) {
    const group = groups.get(name) ?? { name, members: new Set() };
    group.members.add(user.id);
    groups.set(name, group);
  }
}

function createHands(world: World): Omit<KeystoneStand, "url" | "admin" | "defaultDomainId" | "close"> {
  const requireUser = (id: string): StoredUser => {
    const user = world.users.get(id);
    if (user === undefined) throw new Error("no such user");
    return user;
  };
  return {
    async createDomain(name) {
      const id = createHexId();
      world.domains.set(id, name);
      return id;
    },
    async createUser(user) {
      const id = createHexId();
      world.users.set(id, { ...user, id, enabled: true });
      return id;
    },
    async changeUser(id, changes) {
      world.users.set(id, { ...requireUser(id), ...changes });
    },
    async deleteUser(id) {
      world.users.delete(id);
    },
    async createGroup(name) {
      const id = createHexId();
      world.groups.set(id, { name, members: new Set() });
      return id;
    },
    async addToGroup(userId, groupId) {
      world.groups.get(groupId)?.members.add(userId);
    },
    async removeFromGroup(userId, groupId) {
      world.groups.get(groupId)?.members.delete(userId);
    },
    async grantReader(userId, domainId) {
      world.readers.set(userId, domainId);
    },
  };
}

function createHexId(): string {
  return randomUUID().replaceAll("-", "");
}

function answer(world: World, request: ReceivedRequest): UpstreamReply {
  const { method, url, headers } = request;
  const [, version, kind, id = "", part] = url.pathname.split("/");
  if (version !== "v3") return complain(404, "Not Found");
  if (kind === undefined) return { body: { version: { id: "v3.14", status: "stable", links: [] } } };
  if (method === "POST" && `${kind}/${id}` === "auth/tokens") return authenticate(world, request);
  const token = world.tokens.get(String(headers["x-auth-token"]));
  if (token === undefined) return complain(401, "Unauthorized");
  if (method !== "GET" || kind !== "users") return complain(404, "Not Found");
  if (id === "") return listUsers(world, token, url.searchParams.get("name") ?? "");
  const user = world.users.get(decodeURIComponent(id));
  const maySee = token.domainId === "*" || token.userId === id || (user && user.domainId === token.domainId);
  if (!maySee) return complain(403, "Forbidden");
  if (user === undefined) return complain(404, "Not Found");
  if (part === "groups") {
    const groups = [...world.groups].filter(([, { members }]) => members.has(user.id));
    return { body: { groups: groups.map(([groupId, { name }]) => ({ id: groupId, name })), links: { next: null } } };
  }
  return { body: { user: describe(user) } };
}

function listUsers(world: World, { domainId }: StoredToken, name: string): UpstreamReply {
  if (domainId === undefined) return complain(403, "Forbidden");
  const users = [...world.users.values()].filter(
    (user) => user.name === name && (domainId === "*" || user.domainId === domainId),
  );
  return { body: { users: users.map(describe), links: { next: null } } };
}

function describe({ id, name, email, domainId, enabled, hidesId = false }: StoredUser): object {
  return {
    ...(!hidesId && { id }),
    name,
    ...(email !== undefined && { email }),
    domain_id: domainId,
    enabled,
    password_expires_at: null,
  };
}

interface AuthBody {
  readonly auth: {
    readonly identity: { readonly password: { readonly user: NamedUser } };
    readonly scope?: { readonly domain?: NamedDomain; readonly system?: object };
  };
}

type NamedDomain = { readonly id?: string; readonly name?: string };

interface NamedUser {
  readonly name: string;
  readonly password: string;
  readonly domain: NamedDomain;
}

function authenticate(world: World, { body }: ReceivedRequest): UpstreamReply {
  const parsed: AuthBody = JSON.parse(body);
  const { name, password, domain } = parsed.auth.identity.password.user;
  if (name === "") return complain(400, "Bad Request");
  const domainId = findDomain(world, domain);
  const user = [...world.users.values()].find((each) => each.name === name && each.domainId === domainId);
  if (user === undefined || !user.enabled || user.password !== password) return complain(401, "Unauthorized");
  const scope = findScope(world, user.id, parsed.auth.scope);
  if (scope === "none") return complain(401, "Unauthorized");
  const token = `gAAAAA${createHexId()}`;
  world.tokens.set(token, { userId: user.id, domainId: scope });
  const named = { domain: { id: domainId }, ...(user.hidesId !== true && { id: user.id }), name };
  return {
    status: 201,
    headers: { "x-subject-token": token },
    body: { token: { methods: ["password"], user: { ...named, password_expires_at: null } } },
  };
}

/** What the token is good for; `none`: the user has no role there. */
function findScope(world: World, userId: string, scope: AuthBody["auth"]["scope"]): string | undefined {
  if (scope?.system !== undefined) return userId === world.adminId ? "*" : "none";
  if (scope?.domain === undefined) return undefined;
  const wanted = findDomain(world, scope.domain);
  return wanted !== undefined && world.readers.get(userId) === wanted ? wanted : "none";
}

function findDomain(world: World, { id, name }: NamedDomain): string | undefined {
  if (id !== undefined) return world.domains.has(id) ? id : undefined;
  return [...world.domains].find(([, each]) => each === name)?.[0];
}

function complain(code: number, title: string): UpstreamReply {
  const message = code === 401 ? "The request you have made requires authentication." : `${title}.`;
  return { status: code, body: { error: { code, message, title } } };
}
