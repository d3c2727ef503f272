import type { ServerResponse } from "node:http";
import { type ReceivedRequest, startHttpUpstream, type UpstreamReply, type UpstreamTls } from "./http-upstream.js";
import {
  type AuthorityOptions,
  createTokenAuthority,
  type IssuedToken,
  type TokenAuthority,
} from "./token-authority.js";

/** What the simulated application is registered as, at every forge. */
export const forgeClient = { clientID: "forge-client", clientSecret: "forge&secret" } as const;

export interface Forge<P> {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  readonly authority: TokenAuthority<P>;
  /** Who sits at the browser. */
  person: P;
  /** False: this person says no to the application. */
  consents: boolean;
  /** What is answered instead, where it gives something. */
  disturb: (request: ReceivedRequest) => UpstreamReply | undefined;
  /** As `disturb`, where the answer itself goes wrong: `reply` undefined means that there will be none. */
  fail: (
    request: ReceivedRequest,
    response: ServerResponse,
  ) => { readonly reply: UpstreamReply | undefined } | undefined;
  close(): Promise<void>;
}

export interface ForgeOptions<P> {
  readonly person: P;
  readonly authorizePath: string;
  readonly tokenPath: string;
  readonly authority: Omit<AuthorityOptions<P>, "clientId" | "clientSecret" | "redirectUri" | "clock">;
  /** Answers everything that is not OAuth. */
  readonly api: (request: ReceivedRequest, token: IssuedToken<P> | undefined, origin: string) => UpstreamReply;
}

export interface ForgeSettings {
  /** Registered at the forge. */
  readonly redirectUri: string;
  readonly clock: () => number;
  readonly tls?: UpstreamTls;
}

/** Starts the simulator of a forge: its OAuth endpoints, and an API for the person of the token. */
export async function startForge<P>(options: ForgeOptions<P>, settings: ForgeSettings): Promise<Forge<P>> {
  const { redirectUri, clock, tls } = settings;
  const authority = createTokenAuthority<P>({
    clientId: forgeClient.clientID,
    clientSecret: forgeClient.clientSecret,
    redirectUri,
    clock,
    ...options.authority,
  });
  const upstream = await startHttpUpstream(answer, tls);
  const forge: Forge<P> = {
    url: upstream.url,
    requests: upstream.requests,
    authority,
    person: options.person,
    consents: true,
    disturb: () => undefined,
    fail: () => undefined,
    close: () => upstream.close(),
  };

  function answer(request: ReceivedRequest, response: ServerResponse): UpstreamReply | undefined {
    const failed = forge.fail(request, response);
    if (failed !== undefined) return failed.reply;
    const disturbed = forge.disturb(request);
    if (disturbed !== undefined) return disturbed;
    if (request.url.pathname === options.authorizePath) {
      return { status: 302, headers: { location: authority.authorize(request.url, forge.person, forge.consents) } };
    }
    if (request.url.pathname === options.tokenPath) return authority.exchange(request);
    return options.api(request, authority.find(request.headers.authorization), forge.url);
  }

  return forge;
}

/** One page of a list, by `page` and the parameter that says how many go on it. */
export function cutPage<T>(url: URL, items: readonly T[], { parameter = "per_page", usual = 20, most = 100 } = {}) {
  const size = Math.min(Number(url.searchParams.get(parameter) ?? usual), most);
  const page = Number(url.searchParams.get("page") ?? 1);
  return { page, size, items: items.slice((page - 1) * size, page * size), hasNext: page * size < items.length };
}
