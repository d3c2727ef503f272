import type { ServerResponse } from "node:http";
import {
  type HttpUpstream,
  type Interference,
  type ReceivedRequest,
  startHttpUpstream,
  type UpstreamReply,
} from "../../support/http-upstream.js";

export const crowdApiPath = "/crowd/rest/usermanagement/1";
export const application = { name: "latchkey app", password: "crowd:password" };

export interface CrowdPerson {
  readonly name: string;
  readonly key?: string;
  readonly password: string;
  readonly email?: string;
  readonly active?: boolean;
  readonly passwordExpired?: boolean;
  /** Crowd does not let them into this application. */
  readonly keptOut?: boolean;
  /** Direct memberships. */
  readonly groups?: readonly string[];
}

/**
 * Crowd's REST API under `/crowd`, after its public reference: Basic authentication of the application, XML for who does
 * not ask for JSON, errors as `{reason, message}`, nested groups, pages by `start-index` and `max-results`.
 */
export interface CrowdSimulator {
  readonly url: string;
  readonly upstream: HttpUpstream;
  people: CrowdPerson[];
  /** Of a group, those that it is in. */
  parents: Map<string, readonly string[]>;
  /** The caller's address is not among those of the application. */
  isBlocked: boolean;
  /** What goes wrong instead of an answer, where it gives something. */
  fail: (request: ReceivedRequest, response: ServerResponse) => Interference;
  close(): Promise<void>;
}

export async function startCrowdSimulator(): Promise<CrowdSimulator> {
  const upstream = await startHttpUpstream();
  const simulator: CrowdSimulator = {
    url: `${upstream.url}/crowd`,
    upstream,
    people: [],
    parents: new Map(),
    isBlocked: false,
    fail: () => undefined,
    close: () => upstream.close(),
  };
  upstream.answer((request, response) => {
    const failed = simulator.fail(request, response);
    return failed === undefined ? answer(simulator, request) : failed.reply;
  });
  return simulator;
}

function answer(simulator: CrowdSimulator, request: ReceivedRequest): UpstreamReply {
  const { headers, url } = request;
  if (!url.pathname.startsWith(crowdApiPath)) return { status: 404, body: "<html>Not Found</html>" };
  if (simulator.isBlocked)
    return {
      status: 403,
      body: "<html>HTTP Status 403 - The server understood the request but refuses to authorize it.</html>",
    };
  const basic = Buffer.from(headers.authorization?.replace("Basic ", "") ?? "", "base64").toString();
  if (basic !== `${application.name}:${application.password}`)
    return {
      status: 401,
      headers: { "www-authenticate": 'Basic realm="Crowd REST Service"' },
      body: "Application failed to authenticate",
    };
  if (headers.accept !== "application/json") return { headers: { "content-type": "application/xml" }, body: "<?xml?>" };
  switch (`${request.method} ${url.pathname.slice(crowdApiPath.length)}`) {
    case "POST /session":
      return startSession(simulator, request);
    case "GET /user":
      return describeUser(simulator, url);
    case "GET /user/group/nested":
      return listNestedGroups(simulator, url);
    case "GET /config/cookie":
      return { body: { domain: ".example.com", secure: false, name: "crowd.token_key" } };
    default:
      return { status: 404, body: "<html>Not Found</html>" };
  }
}

function startSession(simulator: CrowdSimulator, { url, body }: ReceivedRequest): UpstreamReply {
  const { username, password } = JSON.parse(body);
  const person = find(simulator, username);
  const isChecked = url.searchParams.get("validate-password") !== "false";
  if (person === undefined) return complain(400, "INVALID_USER_AUTHENTICATION");
  // Crowd looks whether the account is active before it looks at the password.
  if (person.active === false) return complain(403, "INACTIVE_ACCOUNT");
  if (isChecked && person.password !== password) return complain(400, "INVALID_USER_AUTHENTICATION");
  if (isChecked && person.passwordExpired) return complain(403, "EXPIRED_CREDENTIAL");
  if (person.keptOut) return complain(403, "APPLICATION_ACCESS_DENIED");
  const link = { href: `${simulator.url}/rest/usermanagement/1/session/rtk8eMvqq00EiGn5iJCMZQ00`, rel: "self" };
  return {
    status: 201,
    body: { expand: "user", link, token: "rtk8eMvqq00EiGn5iJCMZQ00", user: { name: person.name } },
  };
}

function describeUser(simulator: CrowdSimulator, url: URL): UpstreamReply {
  // A query that somebody has added to would be seen here: Crowd takes the first of each.
  const person = find(simulator, url.searchParams.get("username"));
  if (person === undefined) return complain(404, "USER_NOT_FOUND");
  const { name, key, email, active = true } = person;
  return {
    body: {
      expand: "attributes",
      link: { href: `${simulator.url}/rest/usermanagement/1/user`, rel: "self" },
      name,
      "first-name": "Jane",
      "last-name": "Doe",
      "display-name": "Jane Doe",
      ...(email !== undefined && { email }),
      password: { link: { href: "", rel: "edit" } },
      ...(key !== undefined && { key }),
      active,
      attributes: { attributes: [], link: { href: "", rel: "self" } },
    },
  };
}

function listNestedGroups(simulator: CrowdSimulator, { searchParams }: URL): UpstreamReply {
  const person = find(simulator, searchParams.get("username"));
  if (person === undefined) return complain(404, "USER_NOT_FOUND");
  const names = new Set<string>();
  const queue = [...(person.groups ?? [])];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (names.has(name)) continue;
    names.add(name);
    queue.push(...(simulator.parents.get(name) ?? []));
  }
  const from = Number(searchParams.get("start-index") ?? 0);
  const page = [...names].slice(from, from + Number(searchParams.get("max-results") ?? 1_000));
  return { body: { expand: "group", groups: page.map((name) => ({ link: { href: "", rel: "self" }, name })) } };
}

/** User names are compared without case. */
function find(simulator: CrowdSimulator, username: unknown): CrowdPerson | undefined {
  return simulator.people.find(({ name }) => name.toLowerCase() === String(username).toLowerCase());
}

function complain(status: number, reason: string): UpstreamReply {
  return { status, body: { reason, message: `${reason} of <somebody>` } };
}
