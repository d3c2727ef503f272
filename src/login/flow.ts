import * as z from "zod";
import type { ClientRegistry } from "../clients/registry.js";
import { type AuthorizeRequest, formatAuthorizeRequest } from "../oidc/authorize-request.js";
import { PageError, type WayOn } from "../oidc/page-error.js";
import { promptValues } from "../oidc/prompt.js";
import { isLoopbackUri, type RedirectTarget, resolveRedirect } from "../oidc/redirect-uri.js";
import { issuerUrl, routes } from "../oidc/routes.js";
import type { Clock } from "../platform/clock.js";
import { formatForm } from "../platform/form.js";
import { isSameText, keyedHash, sha256 } from "../platform/hashing.js";
import { present } from "../platform/present.js";
import { createId, type Random } from "../platform/random.js";
import type { Sealer } from "../platform/sealer.js";
import type { Client } from "../records/client.js";

/** Purposes keep the three apart: what an upstream sees as `state` opens nothing else. */
const purposes = { flow: "flow", state: "upstream state", request: "posted request" } as const;

/** A posted request has to come back as a GET at once. */
const postedRequestMs = 600_000;

/** Longest sealed flow: it travels in URLs, and Node takes 16 KiB of request headers in all. */
const maxSealedLength = 6_000;

const Request = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  state: z.string().optional(),
  nonce: z.string().optional(),
  codeChallenge: z.object({ challenge: z.string(), method: z.enum(["S256", "plain"]) }).optional(),
  prompt: z.array(z.enum(promptValues)),
  maxAge: z.number().optional(),
  forceApproval: z.boolean(),
  loginHint: z.string().optional(),
  connectorId: z.string().optional(),
});

const SealedFlow = z.object({
  id: z.string(),
  browser: z.string(),
  expiresAt: z.number(),
  request: Request,
  /** Only in `state`: the connector that the person was sent to. */
  sentTo: z.string().optional(),
});

const PostedRequest = z.object({ expiresAt: z.number(), request: Request });

/** One authorization request on its way through the pages. Lives sealed in our own links and forms, never in storage. */
export interface Flow {
  /** 128 random bits, known to nobody outside the sealed text. Everything of the flow derives from it. */
  readonly id: string;
  /** Hash of the cookie of the browser that started it. */
  readonly browser: string;
  readonly expiresAt: number;
  readonly request: AuthorizeRequest;
}

/** A flow that was opened, with client and redirect target looked up in today's config. */
export interface OpenFlow {
  readonly flow: Flow;
  readonly sealed: string;
  readonly client: Client;
  readonly target: RedirectTarget;
}

export interface FlowOptions {
  readonly sealer: Sealer;
  readonly clients: ClientRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly issuer: string;
  readonly lifetimeMs: number;
}

export interface Flows {
  /** Starts a flow that only the browser with this secret can finish. Undefined where the request is too long to travel. */
  create(request: AuthorizeRequest, browserSecret: string): string | undefined;
  /** Throws `PageError` for a flow that is not ours, of another browser, too old, or not allowed by today's config. */
  open(sealed: string | undefined, browserSecret: string | undefined): Promise<OpenFlow>;
  /** The same flow with what the person says of their account. Undefined where it would be too long to travel. */
  withLoginHint(open: OpenFlow, loginHint: string): OpenFlow | undefined;
  /** The flow as the `state` for one upstream. */
  sealState(flow: Flow, connectorId: string): string;
  /** As `open`, for what `sealState` made. */
  openState(
    state: string | undefined,
    browserSecret: string | undefined,
  ): Promise<OpenFlow & { readonly sentTo: string }>;
  /** A request that arrived by a cross-site POST, which carries no cookie: not bound to a browser yet. */
  sealRequest(request: AuthorizeRequest): string | undefined;
  openRequest(sealed: string): Promise<AuthorizeRequest>;
}

export function createFlows(options: FlowOptions): Flows {
  const { sealer, clients, clock } = options;

  function seal(flow: Flow): string {
    return sealer.seal(purposes.flow, JSON.stringify(flow));
  }

  async function requireUsable(flow: Flow, browserSecret: string | undefined): Promise<Omit<OpenFlow, "sealed">> {
    const startAgain = createWayOn(flow.request, options.issuer);
    if (clock() > flow.expiresAt) throw new PageError({ kind: "expired", startAgain });
    if (browserSecret === undefined || !isSameText(sha256(browserSecret), flow.browser)) {
      // Whoever holds the link alone, without the browser that started it, gets nothing (CVE-2022-39222).
      throw new PageError({ kind: "other-browser", startAgain });
    }
    return { flow, ...(await requireKnown(clients, flow.request)) };
  }

  return {
    create(request, browserSecret) {
      const expiresAt = clock() + options.lifetimeMs;
      return withinLimit(seal({ id: createId(options.random), browser: sha256(browserSecret), expiresAt, request }));
    },
    async open(sealed, browserSecret) {
      const { flow } = await openSealed(sealer, purposes.flow, sealed);
      return { ...(await requireUsable(flow, browserSecret)), sealed: sealed ?? "" };
    },
    withLoginHint(open, loginHint) {
      const flow = { ...open.flow, request: { ...open.flow.request, loginHint } };
      const sealed = withinLimit(seal(flow));
      return sealed === undefined ? undefined : { ...open, flow, sealed };
    },
    sealState: (flow, connectorId) => sealer.seal(purposes.state, JSON.stringify({ ...flow, sentTo: connectorId })),
    async openState(state, browserSecret) {
      const { flow, sentTo } = await openSealed(sealer, purposes.state, state);
      return { ...(await requireUsable(flow, browserSecret)), sealed: seal(flow), sentTo };
    },
    sealRequest: (request) =>
      withinLimit(sealer.seal(purposes.request, JSON.stringify({ expiresAt: clock() + postedRequestMs, request }))),
    async openRequest(sealed) {
      const posted = await requireSealed(sealer, purposes.request, sealed, PostedRequest);
      const request = toRequest(posted.request);
      if (clock() > posted.expiresAt)
        throw new PageError({ kind: "expired", startAgain: createWayOn(request, options.issuer) });
      return request;
    },
  };
}

function withinLimit(sealed: string): string | undefined {
  return sealed.length > maxSealedLength ? undefined : sealed;
}

/** A secret of this flow for a purpose: nonce and PKCE verifier towards the upstream, ids of what the flow makes. */
export function deriveFromFlow(flow: Flow, label: string): string {
  return keyedHash(flow.id, label);
}

/** Key of the flow's `login` row. */
export function loginKey(flow: Flow): string {
  return deriveFromFlow(flow, "login");
}

/**
 * Where "start again" leads: the app's own site, or for an app on the person's own machine (which has no site) a new
 * authorization request with the same content.
 */
export function createWayOn(request: AuthorizeRequest, issuer: string): WayOn {
  const url = URL.canParse(request.redirectUri) ? new URL(request.redirectUri) : undefined;
  const isSite =
    url !== undefined && (url.protocol === "https:" || url.protocol === "http:") && !isLoopbackUri(request.redirectUri);
  if (isSite && url.origin !== new URL(issuer).origin) return { url: `${url.origin}/`, host: url.host };
  return { url: `${issuerUrl(issuer, routes.authorize)}?${formatForm(formatAuthorizeRequest(request))}` };
}

async function openSealed(
  sealer: Sealer,
  purpose: string,
  sealed: string | undefined,
): Promise<{ readonly flow: Flow; readonly sentTo: string }> {
  const { request, sentTo = "", ...rest } = await requireSealed(sealer, purpose, sealed, SealedFlow);
  return { flow: { ...rest, request: toRequest(request) }, sentTo };
}

/**
 * What was sealed for this purpose. Everything else is `expired`: other text, and what another version of this program
 * sealed with the same keys in a shape of its own (an upgrade with logins under way, replicas that are not alike).
 */
async function requireSealed<T>(
  sealer: Sealer,
  purpose: string,
  sealed: string | undefined,
  schema: z.ZodType<T>,
): Promise<T> {
  const isPlausible = sealed !== undefined && sealed.length <= 2 * maxSealedLength;
  const plain = isPlausible ? await sealer.open(purpose, sealed) : undefined;
  const parsed = schema.safeParse(plain === undefined ? undefined : findJson(plain));
  if (!parsed.success) throw new PageError({ kind: "expired" });
  return parsed.data;
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toRequest(parsed: z.infer<typeof Request>): AuthorizeRequest {
  const { state, nonce, codeChallenge, maxAge, loginHint, connectorId, ...required } = parsed;
  return { ...required, ...present({ state, nonce, codeChallenge, maxAge, loginHint, connectorId }) };
}

async function requireKnown(
  clients: ClientRegistry,
  request: AuthorizeRequest,
): Promise<{ client: Client; target: RedirectTarget }> {
  const client = await clients.find(request.clientId);
  if (client === undefined) throw new PageError({ kind: "unknown-app", received: request.clientId });
  const target = resolveRedirect(client, request.redirectUri);
  if (target === undefined) {
    const { id: clientId, name: clientName } = client;
    throw new PageError({ kind: "bad-redirect", clientId, clientName, received: request.redirectUri });
  }
  return { client, target };
}
