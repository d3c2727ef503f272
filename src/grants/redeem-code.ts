import { OAuthError } from "../oidc/oauth-error.js";
import { checkVerifier } from "../oidc/pkce.js";
import type { Clock } from "../platform/clock.js";
import { decodePair, encodePair } from "../platform/encoding.js";
import type { CodeRefusal, ReportEvent, RequestOrigin } from "../platform/events.js";
import { createTokenSecret, type Random } from "../platform/random.js";
import type { Client } from "../records/client.js";
import { type CodeVerdict, type Grant, grantKey, judgeCode, redeemCode, revokeGrant } from "../records/grant.js";
import type { Entry } from "../storage/collection.js";
import type { Mint } from "../tokens/mint.js";
import { evictFamilies } from "./evict-families.js";
import type { GrantType, PresentedGrant, TokenRequest } from "./grant-type.js";
import { upstreamMarginMs } from "./read-upstream.js";
import { describeGrant, type GrantEnder } from "./revoke-grant.js";
import type { GrantStores } from "./stores.js";
import type { TokenAnswer } from "./token-answer.js";

export interface RedeemOptions {
  readonly stores: GrantStores;
  readonly mint: Mint;
  readonly ender: GrantEnder;
  /** Whether the connector may be asked again for this client, and so a refresh token makes sense. */
  readonly mayRefresh: (client: Client, connectorId: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: ReportEvent;
  readonly tokenLifetimeMs: number;
}

interface PresentedCode extends PresentedGrant {
  readonly code: string;
  readonly id: string;
  readonly secret: string;
  readonly entry: Entry<Grant>;
}

/** `grant_type=authorization_code` (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3). */
export function createCodeGrant(options: RedeemOptions): GrantType<PresentedCode> {
  return {
    type: "authorization_code",
    present: (request, client) => presentCode(options, request, client),
    identify: ({ entry }) => Promise.resolve(entry.record.identity),
    authorize: (presented, client) => redeem(options, presented, client),
  };
}

const invalidCode = "Invalid or expired code parameter.";

async function presentCode(options: RedeemOptions, request: TokenRequest, client: Client): Promise<PresentedCode> {
  const { parameters, origin } = request;
  const code = parameters.require("code");
  const pair = decodePair(code);
  const entry = pair === undefined ? undefined : await options.stores.grants.find(grantKey(pair.first));
  if (pair === undefined || entry === undefined) throw refuse(options, "unknown", "unknown code");
  const grant = entry.record;
  const ask = { clientId: client.id, secret: pair.second, now: options.clock() };
  const verdict = judgeCode(grant, ask);
  if (verdict === "replayed") {
    reportReplay(options, entry, origin);
    await options.ender.end(entry.key, usedTwice, origin);
  }
  if (verdict !== "ok") throw refuseVerdict(options, verdict);
  if (parameters.find("redirect_uri") !== grant.code.redirectUri) {
    options.report({ type: "code.refused", reason: "wrong-redirect-uri" });
    throw new OAuthError("invalid_grant", "redirect_uri did not match URI from initial request.");
  }
  const refused = checkVerifier(grant.code.challenge, parameters.find("code_verifier"));
  if (refused !== undefined) {
    options.report({ type: "code.refused", reason: "wrong-verifier" });
    throw refused;
  }
  const { connectorId, scopes } = grant;
  return { connectorId, scopes, origin, code, id: pair.first, secret: pair.second, entry };
}

const usedTwice = { cause: "code-reuse", reason: "authorization code used twice" } as const;

function refuse(options: RedeemOptions, reason: CodeRefusal, detail: string): OAuthError {
  options.report({ type: "code.refused", reason });
  return new OAuthError("invalid_grant", invalidCode, { detail });
}

/** A replay has been reported as what it is. */
function refuseVerdict(options: RedeemOptions, verdict: Exclude<CodeVerdict, "ok"> | undefined): OAuthError {
  const detail = `code: ${verdict ?? "gone"}`;
  if (verdict === "replayed") return new OAuthError("invalid_grant", invalidCode, { detail });
  return refuse(options, verdict ?? "unknown", detail);
}

/** A code presented twice was stolen by one of the two: everything it gave ends (RFC 6749 §4.1.2, RFC 9700 §2.1.1). */
function reportReplay(options: RedeemOptions, entry: Entry<Grant>, origin: RequestOrigin): void {
  options.report({ type: "code.reuse-detected", ...describeGrant(entry.record, entry.key) }, origin);
}

async function redeem(options: RedeemOptions, presented: PresentedCode, client: Client): Promise<TokenAnswer> {
  const { entry, id, secret } = presented;
  const { stores, tokenLifetimeMs } = options;
  const now = options.clock();
  const refreshSecret = isRefreshable(options, entry.record, client) ? createTokenSecret(options.random) : undefined;
  const use = {
    now,
    tokenLifetimeMs,
    policy: client.refreshPolicy,
    ...(refreshSecret !== undefined && { refreshSecret }),
  };
  const redeemed = redeemCode(entry.record, use);
  // The upstream's credential must outlive the family: extended first, so that a crash leaves at worst a row too long.
  if (refreshSecret !== undefined) await extendUpstream(stores, redeemed);
  const won = await stores.grants.update<CodeVerdict>(
    entry.key,
    (grant) => {
      const verdict = judgeCode(grant, { clientId: client.id, secret, now });
      if (verdict === "ok") return { put: redeemCode(grant, use), result: verdict };
      // Lost a race against another redemption: that one was the first use, this is the second.
      const isReplay = verdict === "replayed" && grant.revokedAt === undefined;
      return isReplay
        ? { put: revokeGrant(grant, now, tokenLifetimeMs), result: verdict }
        : { keep: true, result: verdict };
    },
    { from: entry },
  );
  if (won === "replayed") {
    reportReplay(options, entry, presented.origin);
    await options.ender.settle(entry.key, entry.record, usedTwice, presented.origin);
  }
  if (won !== "ok") throw refuseVerdict(options, won);
  if (refreshSecret === undefined) return answer(options, presented, undefined);
  const { maxPerUserAndClient: limit } = client.refreshPolicy;
  await evictFamilies(stores, options.ender, redeemed, { limit, origin: presented.origin });
  return answer(options, presented, encodePair({ first: id, second: refreshSecret }));
}

async function answer(
  options: RedeemOptions,
  presented: PresentedCode,
  refreshToken: string | undefined,
): Promise<TokenAnswer> {
  const { key, record: grant } = presented.entry;
  const scopes = refreshToken === undefined ? withoutOffline(grant.scopes) : grant.scopes;
  const tokens = await options.mint.mint({
    grantKey: key,
    clientId: grant.clientId,
    connectorId: grant.connectorId,
    identity: grant.identity,
    scopes,
    authenticatedAt: grant.authenticatedAt,
    code: presented.code,
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
  });
  const event = {
    type: "token.issued",
    ...describeGrant(grant, key),
    grantType: "authorization_code",
    scopes,
  } as const;
  options.report({ ...event, refreshToken: refreshToken !== undefined }, presented.origin);
  return {
    ...tokens,
    ...(refreshToken !== undefined && { refreshToken }),
    // RFC 6749 §5.1: told where it is not what was asked for.
    ...(scopes.length < grant.scopes.length && { scope: scopes.join(" ") }),
  };
}

function withoutOffline(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => scope !== "offline_access");
}

function isRefreshable(options: RedeemOptions, grant: Grant, client: Client): boolean {
  return (
    grant.upstream !== undefined &&
    grant.scopes.includes("offline_access") &&
    options.mayRefresh(client, grant.connectorId)
  );
}

async function extendUpstream(stores: GrantStores, grant: Grant): Promise<void> {
  if (grant.upstream === undefined) return;
  const { endsAt } = grant;
  await stores.upstreams.update(grant.upstream, ({ endsAt: _old, ...upstream }) => ({
    put: endsAt === undefined ? upstream : { ...upstream, endsAt: endsAt + upstreamMarginMs },
    result: undefined,
  }));
}
