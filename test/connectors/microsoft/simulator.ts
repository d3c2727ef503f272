import {
  type HttpUpstream,
  type ReceivedRequest,
  startHttpUpstream,
  type UpstreamReply,
} from "../../support/http-upstream.js";
import { type AuthorizationServer, createAuthorizationServer } from "../authorization-server.js";

export const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
export const client = { id: "00001111-aaaa-2222-bbbb-3333cccc4444", secret: "entra~secret&+" };

export interface SimulatedPerson {
  readonly id: string;
  readonly displayName?: string | null;
  readonly userPrincipalName?: string | null;
  readonly mailNickname?: string | null;
  readonly onPremisesSamAccountName?: string | null;
}

export interface SimulatedGroup {
  readonly id: string;
  readonly displayName: string;
  readonly securityEnabled: boolean;
}

/**
 * Microsoft's login and Graph 1.0 on loopback, after their public reference: error bodies with AADSTS codes and Graph's
 * `error.code`, pages of a POST by `@odata.nextLink`, at most 1,000 ids for getByIds.
 */
export interface MicrosoftSimulator {
  readonly url: string;
  readonly upstream: HttpUpstream;
  readonly login: AuthorizationServer;
  readonly people: Map<string, SimulatedPerson>;
  /** Of everybody, nested ones included, as getMemberGroups gives them. */
  groups: SimulatedGroup[];
  /** Groups in one page. */
  pageSize: number;
  /** The one assertion that is taken now. */
  assertion: string;
  /** Where the next page is said to be, when it is to be somewhere else. */
  foreignPages: string | undefined;
  /** Conditional access wants the person there, so refresh tokens give nothing. */
  wantsPerson: boolean;
  /** How often Graph still answers 429, and for how many seconds it asks to wait. */
  throttle: { times: number; seconds: number };
  close(): Promise<void>;
}

export async function startMicrosoftSimulator(): Promise<MicrosoftSimulator> {
  const upstream = await startHttpUpstream();
  const login = createAuthorizationServer({
    client,
    authentication: ["body", "basic"],
    givesRefreshToken: (scope) => scope.split(" ").includes("offline_access"),
    expiresInSeconds: 3_599,
    formatError: formatLoginError,
    checkAssertion: (form) =>
      form.has("client_assertion")
        ? form.get("client_assertion") === simulator.assertion &&
          form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        : undefined,
  });
  const simulator: MicrosoftSimulator = {
    url: upstream.url,
    upstream,
    login,
    people: new Map(),
    groups: [],
    pageSize: 5_000,
    assertion: "assertion-1",
    foreignPages: undefined,
    wantsPerson: false,
    throttle: { times: 0, seconds: 1 },
    close: () => upstream.close(),
  };
  upstream.answer((request) => answer(simulator, request));
  return simulator;
}

function answer(simulator: MicrosoftSimulator, request: ReceivedRequest): UpstreamReply {
  const { pathname } = request.url;
  if (pathname.startsWith("/v1.0/")) return answerGraph(simulator, request);
  const [, asked = "", ...rest] = pathname.split("/");
  if (![tenant, "common", "organizations"].includes(asked)) return formatLoginError("invalid_tenant");
  switch (rest.join("/")) {
    case "oauth2/v2.0/authorize":
      return simulator.login.authorize(request);
    case "oauth2/v2.0/token":
      return simulator.wantsPerson && request.form.get("grant_type") === "refresh_token"
        ? formatLoginError("interaction_required")
        : simulator.login.token(request);
    case "v2.0/.well-known/openid-configuration":
      return { body: { issuer: `${simulator.url}/${asked}/v2.0` } };
    default:
      return { status: 404 };
  }
}

const loginErrors: Readonly<Record<string, readonly [status: number, code: number, text: string]>> = {
  invalid_client: [401, 7_000_215, "Invalid client secret provided."],
  invalid_grant: [400, 70_008, "The provided authorization code or refresh token has expired."],
  invalid_tenant: [400, 90_002, "Tenant 'x' not found."],
  interaction_required: [400, 50_076, "You must use multi-factor authentication."],
};

function formatLoginError(error: string): UpstreamReply {
  const [status, code, text] = loginErrors[error] ?? [400, 900_144, "The request is malformed."];
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: 255d1aef\r\nCorrelation ID: fb3d2015\r\nTimestamp: 2026-01-09 02:02:12Z`,
      error_codes: [code],
      timestamp: "2026-01-09 02:02:12Z",
      trace_id: "255d1aef",
      correlation_id: "fb3d2015",
    },
  };
}

function answerGraph(simulator: MicrosoftSimulator, request: ReceivedRequest): UpstreamReply {
  const { throttle, people, login } = simulator;
  if (throttle.times > 0) {
    throttle.times -= 1;
    const reply = formatGraphError(429, "TooManyRequests", "Too many requests.");
    return { ...reply, headers: { "retry-after": String(throttle.seconds) } };
  }
  const token = login.findToken(request);
  if (token === undefined) return formatGraphError(401, "InvalidAuthenticationToken", "Access token has expired.");
  const person = people.get(token.subject);
  if (person === undefined)
    return formatGraphError(404, "Request_ResourceNotFound", `Resource '${token.subject}' does not exist.`);
  const { pathname, searchParams } = request.url;
  if (pathname === "/v1.0/me") return { body: select(person, searchParams.get("$select") ?? "") };
  if (!token.scope.includes("directory.read.all"))
    return formatGraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  if (request.method !== "POST")
    return formatGraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed.");
  const body: Record<string, unknown> = JSON.parse(request.body);
  if (pathname === "/v1.0/me/getMemberGroups") {
    const wanted = simulator.groups.filter(({ securityEnabled }) => securityEnabled || !body["securityEnabledOnly"]);
    return formatPage(
      simulator,
      request,
      wanted.map(({ id }) => id),
    );
  }
  if (pathname === "/v1.0/directoryObjects/getByIds") return getByIds(simulator, request, body["ids"]);
  return formatGraphError(400, "BadRequest", `Resource not found for the segment '${pathname}'.`);
}

function getByIds(simulator: MicrosoftSimulator, request: ReceivedRequest, ids: unknown): UpstreamReply {
  if (!Array.isArray(ids) || ids.length === 0)
    return formatGraphError(400, "Request_BadRequest", "Invalid collection of identifiers.");
  if (ids.length > 1_000)
    return formatGraphError(400, "Request_BadRequest", "Number of included identifiers cannot exceed '1000'.");
  const found = simulator.groups.filter(({ id }) => ids.includes(id));
  return formatPage(
    simulator,
    request,
    found.map((group) => ({ "@odata.type": "#microsoft.graph.group", ...group })),
  );
}

function formatPage(
  simulator: MicrosoftSimulator,
  { url }: ReceivedRequest,
  values: readonly unknown[],
): UpstreamReply {
  const from = Number(url.searchParams.get("$skiptoken") ?? 0);
  const next = from + simulator.pageSize;
  const base = simulator.foreignPages ?? simulator.url;
  return {
    body: {
      "@odata.context": `${simulator.url}/v1.0/$metadata#Collection(Edm.String)`,
      ...(next < values.length && { "@odata.nextLink": `${base}${url.pathname}?$skiptoken=${next}` }),
      value: values.slice(from, next),
    },
  };
}

function select(person: SimulatedPerson, fields: string): Record<string, unknown> {
  const known = new Map(Object.entries(person));
  return Object.fromEntries(fields.split(",").map((field) => [field, known.get(field) ?? null]));
}

function formatGraphError(status: number, code: string, message: string): UpstreamReply {
  const innerError = { date: "2026-01-09T02:02:12", "request-id": "b0a1", "client-request-id": "b0a1" };
  return { status, body: { error: { code, message, innerError } } };
}
