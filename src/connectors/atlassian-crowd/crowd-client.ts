import * as z from "zod";
import type { HttpResponse } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { parseJson, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import type { AtlassianCrowdOptions } from "./config.js";

export interface CrowdUser {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
}

/** What Crowd says of a person who wants in. `refused`: who they are is not in doubt, but they may not. */
export type CrowdVerdict = "ok" | "wrong" | "refused";

/** Crowd's REST API (`/rest/usermanagement/1`) as the configured application. Rejects with `UpstreamError`. */
export interface CrowdClient {
  /** Without a password Crowd only says whether the person might log in. */
  startSession(username: string, password?: string): Promise<CrowdVerdict>;
  findUser(username: string): Promise<CrowdUser | undefined>;
  /** Names of all groups, also of those that the person is in through another group. */
  listGroups(username: string): Promise<readonly string[]>;
  /** Any call that needs the application alone. */
  ping(): Promise<HttpResponse>;
}

const User = z.object({
  key: z.string().min(1),
  name: z.string().min(1),
  email: z
    .string()
    .nullish()
    .transform((email) => email ?? ""),
  active: z.boolean().default(true),
});
const Groups = z.object({ groups: z.array(z.object({ name: z.string() })) });
const Complaint = z.object({ reason: z.string(), message: z.string().optional().catch(undefined) });

/** As many as Crowd gives where nobody asks for fewer. */
const pageSize = 1_000;
const maxPages = 100;

/**
 * By Crowd's reason. An inactive account counts as a wrong password: Crowd says so before it has looked at the password,
 * and nobody is to learn who exists. That a password has expired it says to whoever knows the password.
 */
const verdicts: ReadonlyMap<string, CrowdVerdict> = new Map([
  ["INVALID_USER_AUTHENTICATION", "wrong"],
  ["USER_NOT_FOUND", "wrong"],
  ["INACTIVE_ACCOUNT", "wrong"],
  ["EXPIRED_CREDENTIAL", "refused"],
  ["APPLICATION_ACCESS_DENIED", "refused"],
]);

export function createCrowdClient(
  { baseURL, clientID, clientSecret }: AtlassianCrowdOptions,
  caller: UpstreamCaller,
): CrowdClient {
  const base = `${trimSlashes(baseURL)}/rest/usermanagement/1`;
  const authorization = `Basic ${Buffer.from(`${clientID}:${clientSecret.reveal()}`).toString("base64")}`;

  function get(path: string, query: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    // Encoded: a user name is no part of the query that could add to it (O-22).
    return sendPatiently(caller, { url: `${base}${path}?${new URLSearchParams(query)}`, headers: { authorization } });
  }

  return {
    async startSession(username, password) {
      const response = await sendPatiently(caller, {
        method: "POST",
        url: `${base}/session${password === undefined ? "?validate-password=false" : ""}`,
        body: JSON.stringify({ username, ...(password !== undefined && { password }) }),
        headers: { authorization, "content-type": "application/json" },
      });
      return response.status === 201 ? "ok" : (verdicts.get(findReason(response)) ?? refuse(response));
    },

    async findUser(username) {
      const response = await get("/user", { username });
      if (response.status === 404 && findReason(response) === "USER_NOT_FOUND") return undefined;
      return parseJson(User, requireOk(response));
    },

    async listGroups(username) {
      const found: string[] = [];
      for (let page = 0; page < maxPages; page++) {
        const part = { "start-index": String(page * pageSize), "max-results": String(pageSize) };
        const { groups } = parseJson(Groups, requireOk(await get("/user/group/nested", { username, ...part })));
        found.push(...groups.map(({ name }) => name));
        if (groups.length < pageSize) return found;
      }
      throw new UpstreamError("Crowd lists groups without end");
    },

    ping: () => get("/config/cookie"),
  };
}

function requireOk(response: HttpResponse): HttpResponse {
  return response.status === 200 ? response : refuse(response);
}

/** Everything that is about us or about Crowd, and not about the person. */
function refuse(response: HttpResponse): never {
  const { status } = response;
  const reason = findReason(response);
  if (status === 401)
    throw new UpstreamError("Crowd does not know the application by this clientID and clientSecret", { status });
  if (status === 403)
    throw new UpstreamError(`Crowd does not let the application in: is our address among its own? ${reason}`.trim(), {
      status,
    });
  throw new UpstreamError(`Crowd answered ${status} ${reason}`.trim(), { status });
}

/** The word that names the error; empty where the answer has none. */
function findReason({ text }: HttpResponse): string {
  try {
    return Complaint.parse(JSON.parse(text)).reason.slice(0, 100);
  } catch {
    return "";
  }
}
