import { createHash } from "node:crypto";
import type { ReceivedRequest, UpstreamReply } from "./http-upstream.js";

/** What is wrong with a token request. Every product has its own words for each. */
export type TokenRefusal = "client" | "secret" | "code" | "redirect-uri" | "refresh-token" | "used-refresh-token";

export interface IssuedToken<P> {
  readonly person: P;
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch ms; undefined: never. */
  readonly endsAt: number | undefined;
  /** All tokens that came from one code. */
  readonly family: number;
  /** Id of the application that it was given to. */
  readonly application: string;
}

export interface AuthorityOptions<P> {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly clock: () => number;
  /** How the client may prove itself. */
  readonly authentication: "basic" | "body" | "either";
  readonly hasPkce: boolean;
  /** Undefined: access tokens never end, and there are no refresh tokens. */
  readonly lifetimeMs: number | undefined;
  /** `once`: a refresh token works once, and a used one ends the whole family. */
  readonly rotation: "none" | "once";
  readonly refuse: (refusal: TokenRefusal) => UpstreamReply;
  readonly answer: (issued: IssuedToken<P>) => object;
}

/** The OAuth 2.0 authority of a simulated upstream: codes, access tokens, and refresh tokens that work once. */
export interface TokenAuthority<P> {
  /** Judges an authorization request; gives the address that the browser goes to. */
  authorize(url: URL, person: P, consents: boolean): string;
  /** The token endpoint. */
  exchange(request: ReceivedRequest): UpstreamReply;
  /** Who an `Authorization` header stands for. */
  find(authorization: string | undefined): IssuedToken<P> | undefined;
  /** Gives a token without a browser, as another application of this upstream would have it. */
  issue(person: P, scopes: readonly string[], application?: string): IssuedToken<P>;
  /** Ends every token of a person. */
  revoke(person: P): void;
  readonly refreshes: number;
}

interface Code<P> {
  readonly person: P;
  readonly scopes: readonly string[];
  readonly challenge: string | null;
  readonly redirectUri: string | null;
}

export function createTokenAuthority<P>(options: AuthorityOptions<P>): TokenAuthority<P> {
  const codes = new Map<string, Code<P>>();
  const byAccess = new Map<string, IssuedToken<P>>();
  const byRefresh = new Map<string, IssuedToken<P>>();
  const used = new Map<string, number>();
  let count = 0;
  let refreshes = 0;

  function issue(
    person: P,
    scopes: readonly string[],
    family = ++count,
    application = options.clientId,
  ): IssuedToken<P> {
    count += 1;
    const endsAt = options.lifetimeMs === undefined ? undefined : options.clock() + options.lifetimeMs;
    const tokens = { accessToken: `access-${count}`, refreshToken: `refresh-${count}` };
    const issued = { person, scopes, ...tokens, endsAt, family, application };
    byAccess.set(issued.accessToken, issued);
    if (endsAt !== undefined) byRefresh.set(issued.refreshToken, issued);
    return issued;
  }

  function endWhere(isOver: (issued: IssuedToken<P>) => boolean): void {
    for (const tokens of [byAccess, byRefresh]) {
      for (const [token, issued] of tokens) if (isOver(issued)) tokens.delete(token);
    }
  }

  function redeem(form: URLSearchParams): UpstreamReply {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    if (code === undefined) return options.refuse("code");
    if (code.redirectUri !== form.get("redirect_uri")) return options.refuse("redirect-uri");
    if (code.challenge !== challengeOf(form.get("code_verifier"))) return options.refuse("code");
    return { body: options.answer(issue(code.person, code.scopes)) };
  }

  function refresh(form: URLSearchParams): UpstreamReply {
    refreshes += 1;
    const presented = form.get("refresh_token") ?? "";
    const issued = byRefresh.get(presented);
    const reused = used.get(presented);
    if (reused !== undefined) endWhere(({ family }) => family === reused);
    if (issued === undefined) return options.refuse(reused === undefined ? "refresh-token" : "used-refresh-token");
    byAccess.delete(issued.accessToken);
    if (options.rotation === "once") {
      byRefresh.delete(presented);
      used.set(presented, issued.family);
      return { body: options.answer(issue(issued.person, issued.scopes, issued.family)) };
    }
    const renewed = issue(issued.person, issued.scopes, issued.family);
    byRefresh.delete(renewed.refreshToken);
    byRefresh.set(presented, { ...renewed, refreshToken: presented });
    return { body: options.answer({ ...renewed, refreshToken: presented }) };
  }

  return {
    issue: (person, scopes, application) => issue(person, scopes, undefined, application),
    revoke: (revoked) => endWhere(({ person }) => person === revoked),
    get refreshes() {
      return refreshes;
    },

    authorize({ searchParams }, person, consents) {
      if (searchParams.get("client_id") !== options.clientId) throw new Error("unknown client");
      const redirectUri = searchParams.get("redirect_uri");
      if (redirectUri !== null && redirectUri !== options.redirectUri)
        throw new Error("redirect_uri is not registered");
      if (options.hasPkce && searchParams.get("code_challenge_method") !== "S256") throw new Error("no S256 challenge");
      const back = new URL(redirectUri ?? options.redirectUri);
      back.searchParams.set("state", searchParams.get("state") ?? "");
      if (!consents) {
        back.searchParams.set("error", "access_denied");
        return back.href;
      }
      count += 1;
      const scopes = (searchParams.get("scope") ?? "").split(" ").filter(Boolean);
      codes.set(`code-${count}`, { person, scopes, challenge: searchParams.get("code_challenge"), redirectUri });
      back.searchParams.set("code", `code-${count}`);
      return back.href;
    },

    exchange({ form, headers }) {
      const client = readClient(form, headers.authorization, options.authentication);
      if (client.id !== options.clientId) return options.refuse("client");
      if (client.secret !== options.clientSecret) return options.refuse("secret");
      return form.get("grant_type") === "refresh_token" ? refresh(form) : redeem(form);
    },

    find(authorization) {
      const issued = byAccess.get(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
      const isOver = issued?.endsAt !== undefined && issued.endsAt <= options.clock();
      return isOver ? undefined : issued;
    },
  };
}

function challengeOf(verifier: string | null): string | null {
  return verifier === null ? null : createHash("sha256").update(verifier).digest("base64url");
}

/** RFC 6749 section 2.3.1. */
function readClient(form: URLSearchParams, authorization: string | undefined, way: string) {
  const basic = /^Basic (.+)$/.exec(authorization ?? "")?.[1];
  if (basic !== undefined) {
    const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
    return way === "body" ? { id: null, secret: null } : { id, secret };
  }
  return way === "basic"
    ? { id: null, secret: null }
    : { id: form.get("client_id"), secret: form.get("client_secret") };
}
