import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { parseJson, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import type { KeystoneOptions } from "./config.js";

export interface KeystoneLogin {
  readonly token: string;
  readonly userId: string;
  /** As Keystone writes it: names are compared without case on some databases. */
  readonly name: string;
}

export interface KeystoneUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly enabled: boolean;
}

/** `forbidden`: the token's owner may not read this. */
export type Reading<T> = { readonly found: T } | { readonly missing: "unknown" | "forbidden" };

/** What a token is good for. Undefined: what the user's default project gives, or nothing but themselves. */
export type TokenScope = object | undefined;

/** The Identity API v3, for the configured domain. Rejects with `UpstreamError` where the answer is none. */
export interface KeystoneClient {
  /** Undefined: wrong, unknown, disabled, locked or expired. Keystone tells these apart to nobody. */
  authenticate(name: string, password: string, scope?: TokenScope): Promise<KeystoneLogin | undefined>;
  readUser(token: string, userId: string): Promise<Reading<KeystoneUser>>;
  readGroups(token: string, userId: string): Promise<Reading<readonly string[]>>;
  /** Ids of the users with this name that the token's owner may see. */
  listUserIds(token: string, name: string): Promise<Reading<readonly string[]>>;
  /** `id` of the newest version. */
  readVersion(): Promise<string>;
}

const Token = z.object({ token: z.object({ user: z.object({ id: z.string().min(1), name: z.string().min(1) }) }) });
const User = z.object({
  user: z.object({
    id: z.string().min(1),
    name: z.string().min(1),
    email: z
      .string()
      .nullish()
      .catch(undefined)
      .transform((email) => email ?? ""),
    enabled: z.boolean().default(true),
  }),
});
const Groups = z.object({ groups: z.array(z.object({ name: z.string() })), truncated: z.boolean().optional() });
const Users = z.object({ users: z.array(z.object({ id: z.string() })) });
const Version = z.object({ version: z.object({ id: z.string() }) });

export function createKeystoneClient(
  { keystoneHost, domain }: KeystoneOptions,
  caller: UpstreamCaller,
  warn: (message: string) => void,
): KeystoneClient {
  const base = `${trimSlashes(keystoneHost)}/v3`;

  async function read<T>(schema: z.ZodType<T>, token: string, path: string): Promise<Reading<T>> {
    const request: HttpRequest = { url: `${base}${path}`, headers: { "x-auth-token": token } };
    const response = await sendPatiently(caller, request);
    if (response.status === 403) return { missing: "forbidden" };
    if (response.status === 404) return { missing: "unknown" };
    return { found: parseJson(schema, requireStatus(response, 200)) };
  }

  return {
    authenticate: (name, password, scope) =>
      authenticate(caller, `${base}/auth/tokens`, { name, domain: nameDomain(domain), password }, scope),

    async readUser(token, userId) {
      const reading = await read(User, token, `/users/${encodeURIComponent(userId)}`);
      return "found" in reading ? { found: reading.found.user } : reading;
    },

    async readGroups(token, userId) {
      const reading = await read(Groups, token, `/users/${encodeURIComponent(userId)}/groups`);
      if (!("found" in reading)) return reading;
      const { groups, truncated } = reading.found;
      if (truncated === true) warn("Keystone cuts lists of groups (list_limit): people with many lack some");
      return { found: groups.map(({ name }) => name) };
    },

    async listUserIds(token, name) {
      const reading = await read(Users, token, `/users?${new URLSearchParams({ name })}`);
      return "found" in reading ? { found: reading.found.users.map(({ id }) => id) } : reading;
    },

    async readVersion() {
      const response = await sendPatiently(caller, { url: base });
      return parseJson(Version, requireStatus(response, 200)).version.id;
    },
  };
}

/** Asks for a token by a password. Keystone answers 401 to whatever is wrong. */
async function authenticate(
  caller: UpstreamCaller,
  url: string,
  user: object,
  scope: TokenScope,
): Promise<KeystoneLogin | undefined> {
  const auth = { identity: { methods: ["password"], password: { user } }, ...(scope !== undefined && { scope }) };
  const response = await sendPatiently(caller, {
    method: "POST",
    url,
    body: JSON.stringify({ auth }),
    headers: { "content-type": "application/json" },
  });
  if (response.status === 401) return undefined;
  const { user: known } = parseJson(Token, requireStatus(response, 201)).token;
  const token = response.header("x-subject-token");
  if (token === undefined || token === "") throw new UpstreamError("Keystone gave no token");
  return { token, userId: known.id, name: known.name };
}

/** A domain by id or by name, as Dex tells them apart: the forms that Go's `uuid.Parse` takes are ids. */
export function nameDomain(domain: string): { readonly id: string } | { readonly name: string } {
  const hyphened = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  const isId = new RegExp(`^((urn:uuid:)?${hyphened}|[{]${hyphened}[}]|[0-9a-f]{32})$`, "i").test(domain);
  return isId || domain === "default" ? { id: domain } : { name: domain };
}

function requireStatus(response: HttpResponse, wanted: number): HttpResponse {
  const { status } = response;
  if (status !== wanted) throw new UpstreamError(`Keystone answered ${status}`, { status });
  return response;
}
