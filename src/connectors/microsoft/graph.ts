import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../platform/http-client.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";

/** What Microsoft Graph tells of a person. Guests and personal accounts lack some of it. */
export interface GraphPerson {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  readonly mailNickname: string;
  readonly onPremisesSamAccountName: string;
}

/** Microsoft Graph 1.0, as the person whose access token is handed in. Rejects as `fetchJson` does. */
export interface Graph {
  /** Undefined: Graph knows the person no longer. */
  findMe(accessToken: string): Promise<GraphPerson | undefined>;
  /** Ids of all groups, also of those that the person is in through another group. */
  listGroupIds(accessToken: string, onlySecurityGroups: boolean): Promise<readonly string[]>;
  listGroupNames(accessToken: string, ids: readonly string[]): Promise<readonly string[]>;
}

/** What `getByIds` takes at once. */
const idsAtOnce = 1_000;
/** Graph gives up to 11,000 groups; somebody who sends more pages than this will not end. */
const maxPages = 200;
const maxItems = 20_000;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const Person = z.object({
  id: z.string().min(1),
  displayName: text,
  userPrincipalName: text,
  mailNickname: text,
  onPremisesSamAccountName: text,
});
const personFields = Object.keys(Person.shape).join(",");

const GroupIds = z.object({ value: z.array(z.string()), "@odata.nextLink": z.string().optional() });
const Groups = z.object({
  value: z.array(z.object({ displayName: text })),
  "@odata.nextLink": z.string().optional(),
});
const GraphComplaint = z.object({ error: z.object({ code: z.string() }) });

/** Opens Graph at `baseUrl` (no slash at its end). */
export function createGraph(caller: UpstreamCaller, baseUrl: string): Graph {
  function send(accessToken: string, request: HttpRequest): Promise<HttpResponse> {
    return sendPatiently(caller, {
      ...request,
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    });
  }

  /** Graph pages a POST by a link that takes the same POST again. */
  async function postPages<T>(
    accessToken: string,
    schema: z.ZodType<{ value: T[]; "@odata.nextLink"?: string | undefined }>,
    path: string,
    body: object,
  ): Promise<readonly T[]> {
    const found: T[] = [];
    let url: string | undefined = `${baseUrl}${path}`;
    for (let page = 0; url !== undefined; page++) {
      if (page === maxPages) throw new UpstreamError(`${path}: pages without end`);
      const response = await send(accessToken, { method: "POST", url, body: JSON.stringify(body) });
      const answer = parseJson(schema, requireSuccess(response));
      if (found.length + answer.value.length > maxItems) throw new UpstreamError(`${path}: too many entries`);
      found.push(...answer.value);
      url = answer["@odata.nextLink"];
      // The link takes the person's token with it: it must not lead elsewhere.
      if (url !== undefined && !isSameOrigin(url, baseUrl)) throw new UpstreamError(`${path}: a page on another host`);
    }
    return found;
  }

  return {
    async findMe(accessToken) {
      const response = await send(accessToken, { url: `${baseUrl}/v1.0/me?$select=${personFields}` });
      return isUnknownPerson(response) ? undefined : parseJson(Person, requireSuccess(response));
    },

    listGroupIds: (accessToken, onlySecurityGroups) =>
      postPages(accessToken, GroupIds, "/v1.0/me/getMemberGroups", { securityEnabledOnly: onlySecurityGroups }),

    async listGroupNames(accessToken, ids) {
      const names: string[] = [];
      for (let from = 0; from < ids.length; from += idsAtOnce) {
        const body = { ids: ids.slice(from, from + idsAtOnce), types: ["group"] };
        const groups = await postPages(accessToken, Groups, "/v1.0/directoryObjects/getByIds", body);
        names.push(...groups.map(({ displayName }) => displayName).filter((name) => name !== ""));
      }
      return names;
    },
  };
}

/** The account was deleted, though its token has some time left. A wrong address answers 404 with another code. */
function isUnknownPerson(response: HttpResponse): boolean {
  if (response.status !== 404) return false;
  try {
    return GraphComplaint.parse(JSON.parse(response.text)).error.code === "Request_ResourceNotFound";
  } catch {
    return false;
  }
}

function isSameOrigin(url: string, base: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(base).origin;
}
