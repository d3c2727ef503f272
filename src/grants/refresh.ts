import type { WantedScopes } from "../connectors/port.js";
import { createUnavailableError, OAuthError } from "../oidc/oauth-error.js";
import { isSubset, parseScopes } from "../oidc/scopes.js";
import { nonceBytes } from "../platform/aead.js";
import type { Clock } from "../platform/clock.js";
import { decodePair, encodePair } from "../platform/encoding.js";
import type { RefreshRefusal, ReportEvent } from "../platform/events.js";
import type { Failpoint } from "../platform/failpoint.js";
import { createTokenSecret, type Random } from "../platform/random.js";
import type { Client } from "../records/client.js";
import {
  advanceRefresh,
  type Grant,
  type GrantVerdict,
  grantKey,
  judgeRefresh,
  type RefreshUse,
} from "../records/grant.js";
import type { Identity } from "../records/identity.js";
import type { Entry, Step } from "../storage/collection.js";
import { StorageUnavailableError } from "../storage/driver.js";
import type { Mint } from "../tokens/mint.js";
import type { GrantType, PresentedGrant, TokenRequest } from "./grant-type.js";
import { type ReadUpstream, upstreamMarginMs } from "./read-upstream.js";
import { describeGrant, type GrantEnder } from "./revoke-grant.js";
import type { GrantStores } from "./stores.js";
import type { TokenAnswer } from "./token-answer.js";

export interface RefreshOptions {
  readonly stores: GrantStores;
  readonly mint: Mint;
  readonly ender: GrantEnder;
  readonly readUpstream: ReadUpstream;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: ReportEvent;
  readonly failpoint: Failpoint;
  readonly tokenLifetimeMs: number;
}

interface PresentedToken extends PresentedGrant {
  readonly id: string;
  readonly secret: string;
  /** Epoch ms. The token is judged by when it came, however long the upstream or the store then take. */
  readonly presentedAt: number;
  /** Superseded within the reuse interval: the current token is given again. */
  readonly isReplay: boolean;
  readonly client: Client;
  readonly entry: Entry<Grant>;
  /** Of this answer alone: the grant keeps all it has. */
  readonly scopes: readonly string[];
}

/** `grant_type=refresh_token` (RFC 6749 §6, OpenID Connect Core §12): the refresh table of DESIGN, row by row. */
export function createRefreshGrant(options: RefreshOptions): GrantType<PresentedToken> {
  return {
    type: "refresh_token",
    present: (request, client) => countOutage(options, presentToken(options, request, client)),
    identify: (presented) => countOutage(options, readIdentity(options, presented)),
    authorize: (presented, client, identity) => countOutage(options, rotate(options, presented, client, identity)),
  };
}

/** A store that can't be used now counts as an upstream that can't: either way the token keeps working. */
async function countOutage<T>({ report }: RefreshOptions, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof StorageUnavailableError) report({ type: "refresh.refused", reason: "unavailable" });
    throw error;
  }
}

const replayed = { cause: "refresh-reuse", reason: "superseded or unknown refresh token presented" } as const;
const invalidToken = "Refresh token is invalid or has already been claimed by another client.";

async function presentToken(options: RefreshOptions, request: TokenRequest, client: Client): Promise<PresentedToken> {
  const { parameters, origin } = request;
  const presentedAt = options.clock();
  const pair = decodePair(parameters.require("refresh_token"));
  const entry = pair === undefined ? undefined : await options.stores.grants.find(grantKey(pair.first));
  if (pair === undefined || entry === undefined) {
    throw refuse(options, "unknown", "unknown refresh token");
  }
  const ask = { clientId: client.id, secret: pair.second, now: presentedAt };
  const verdict = judgeRefresh(entry.record, ask, client.refreshPolicy);
  await requireUsable(options, { entry, client, origin }, verdict);
  const scopes = parameters.has("scope") ? parseScopes(parameters.find("scope")) : entry.record.scopes;
  if (!isSubset(scopes, entry.record.scopes)) {
    options.report({ type: "refresh.refused", reason: "wrong-scope" });
    throw new OAuthError("invalid_scope", "Requested scopes contain unauthorized scope(s).");
  }
  return {
    connectorId: entry.record.connectorId,
    origin,
    id: pair.first,
    secret: pair.second,
    presentedAt,
    isReplay: verdict.verdict === "replayed",
    client,
    entry,
    scopes: scopes.length === 0 ? entry.record.scopes : scopes,
  };
}

function refuse({ report }: RefreshOptions, reason: RefreshRefusal, detail: string): OAuthError {
  report({ type: "refresh.refused", reason });
  return new OAuthError("invalid_grant", reason === "expired" ? "Refresh token expired." : invalidToken, { detail });
}

/** Throws for every verdict that gives no tokens; a replay outside the window revokes first. */
async function requireUsable(
  options: RefreshOptions,
  { entry, client, origin }: Pick<PresentedToken, "entry" | "client" | "origin">,
  verdict: GrantVerdict,
): Promise<void> {
  if (verdict.verdict === "current" || verdict.verdict === "replayed") return;
  if (verdict.verdict === "reused") {
    const revoked = client.refreshPolicy.rotation;
    options.report({ type: "refresh.reuse-detected", ...describeGrant(entry.record, entry.key), revoked }, origin);
    if (revoked) await options.ender.end(entry.key, replayed, origin);
    throw new OAuthError("invalid_grant", invalidToken, { detail: "refresh token: reused" });
  }
  const reason = verdict.verdict === "revoked" ? "ended" : verdict.verdict;
  throw refuse(options, reason, `refresh token: ${verdict.verdict}`);
}

async function readIdentity(options: RefreshOptions, presented: PresentedToken): Promise<Identity> {
  const { record: grant, key } = presented.entry;
  if (grant.upstream === undefined) return grant.identity;
  const { reuseIntervalMs } = presented.client.refreshPolicy;
  const answer = await options.readUpstream({
    key: grant.upstream,
    connectorId: grant.connectorId,
    scopes: wantedScopes(presented),
    // The rotation that a replay repeats had a fresh reading. So a replay never waits for the upstream, nor for the lease
    // of a process that has died: waiting would carry it out of the reuse interval, and its login would end.
    freshForMs: presented.isReplay ? 2 * reuseIntervalMs : reuseIntervalMs,
    ...nextEnd(options, presented),
  });
  if (answer.outcome === "ok") return answer.identity;
  // Nothing has changed: the token keeps working once the upstream is back.
  if (answer.outcome === "unavailable") {
    options.report({ type: "refresh.refused", reason: "unavailable" });
    throw createUnavailableError(answer.detail);
  }
  await options.ender.end(key, { cause: "upstream", reason: `upstream: ${answer.detail}` }, presented.origin);
  throw refuse(options, "denied-upstream", answer.detail);
}

/** What the whole grant needs, not what this answer was narrowed to: the reading serves the next refreshes as well. */
function wantedScopes({ entry, client }: PresentedToken): WantedScopes {
  const wantsGroups = entry.record.scopes.includes("groups") || client.allowedGroups !== undefined;
  return { offlineAccess: true, groups: wantsGroups };
}

/** When the grant would end at the latest after this refresh: its upstream grant must never go first. */
function nextEnd(options: RefreshOptions, { client }: PresentedToken): { endsAt?: number } {
  const { idleMs, absoluteMs, reuseIntervalMs } = client.refreshPolicy;
  const longest = idleMs ?? absoluteMs;
  return longest === undefined
    ? {}
    : { endsAt: options.clock() + Math.max(longest, options.tokenLifetimeMs) + reuseIntervalMs + upstreamMarginMs };
}

type Outcome =
  | { readonly outcome: "rotated" | "kept" | "replayed"; readonly secret: string }
  | { readonly outcome: "refused"; readonly verdict: GrantVerdict };

async function rotate(
  options: RefreshOptions,
  presented: PresentedToken,
  client: Client,
  identity: Identity,
): Promise<TokenAnswer> {
  const { entry } = presented;
  const candidate = { secret: createTokenSecret(options.random), nonce: options.random(nonceBytes) };
  const use = {
    clientId: client.id,
    secret: presented.secret,
    now: options.clock(),
    candidate,
    policy: client.refreshPolicy,
    tokenLifetimeMs: options.tokenLifetimeMs,
    identity,
  };
  options.failpoint("refresh.before-commit");
  const outcome = await options.stores.grants.update(entry.key, (grant) => decide(grant, use, presented.presentedAt), {
    from: entry,
  });
  options.failpoint("refresh.after-commit");
  if (outcome === undefined) throw refuse(options, "ended", "the grant is gone");
  if (outcome.outcome === "refused") {
    await requireUsable(options, presented, outcome.verdict);
    throw new OAuthError("invalid_grant", invalidToken);
  }
  return answer(options, presented, identity, outcome);
}

/** The storage step: judges again, because another request may have won since the first look. */
function decide(grant: Grant, use: RefreshUse, presentedAt: number): Step<Grant, Outcome> {
  const verdict = judgeRefresh(grant, { ...use, now: presentedAt }, use.policy);
  if (verdict.verdict === "replayed")
    return { keep: true, result: { outcome: "replayed", secret: verdict.currentSecret } };
  if (verdict.verdict !== "current") return { keep: true, result: { outcome: "refused", verdict } };
  return {
    put: advanceRefresh(grant, use),
    result: use.policy.rotation
      ? { outcome: "rotated", secret: use.candidate.secret }
      : { outcome: "kept", secret: use.secret },
  };
}

async function answer(
  options: RefreshOptions,
  presented: PresentedToken,
  identity: Identity,
  done: Extract<Outcome, { secret: string }>,
): Promise<TokenAnswer> {
  const { key, record: grant } = presented.entry;
  const tokens = await options.mint.mint({
    grantKey: key,
    clientId: grant.clientId,
    connectorId: grant.connectorId,
    identity,
    scopes: presented.scopes,
    authenticatedAt: grant.authenticatedAt,
  });
  options.failpoint("refresh.signed");
  options.report({ type: "token.refreshed", ...describeGrant(grant, key), outcome: done.outcome }, presented.origin);
  return { ...tokens, refreshToken: encodePair({ first: presented.id, second: done.secret }) };
}
