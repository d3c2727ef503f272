import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import type { Connector, LoginResult, RefreshInput, RefreshResult, WantedScopes } from "../port.js";
import type { OAuth2Client, TokenSet } from "./oauth2-client.js";
import { UpstreamRefusal } from "./upstream-error.js";

/** `state` as long as common upstreams hand back whole. */
export const redirectStateLimit = 1_500;

export interface OAuth2ConnectorOptions {
  readonly client: OAuth2Client;
  readonly clock: Clock;
  readonly scopes: (wanted: WantedScopes) => readonly string[];
  /** Further parameters of the authorization request. */
  readonly parameters?: (wanted: WantedScopes) => Readonly<Record<string, string | undefined>>;
  /** Reads who the person is. Rejects with `UpstreamRefusal` where the upstream no longer takes the token. */
  readonly readPerson: (
    tokens: TokenSet,
    wanted: WantedScopes,
  ) => Promise<Exclude<LoginResult, { outcome: "bad-credentials" }>>;
  /** The upstream can be asked again later. False: `refresh` is left out. */
  readonly canRefresh?: boolean;
  readonly exchangeToken?: Connector["exchangeToken"];
  readonly probe?: Connector["probe"];
  /** How tokens are kept: most types of Dex name them their own way, some as on the wire. Both can be read. */
  readonly storedNames?: "camelCase" | "wire";
  readonly close?: () => Promise<void>;
}

/** A connector for an upstream that speaks OAuth 2.0 and has an API to tell who the person is. */
export function createOAuth2Connector(options: OAuth2ConnectorOptions): Connector {
  const { client, canRefresh = true } = options;
  return {
    login: {
      kind: "redirect",
      stateLimit: redirectStateLimit,
      start: (input) =>
        Promise.resolve({
          url: client.authorizationUrl(input, options.scopes(input.scopes), options.parameters?.(input.scopes)),
        }),
      async finish(input) {
        const answer = await client.redeem(input);
        if (answer.outcome !== "ok") return answer;
        const result = await options.readPerson(answer.tokens, input.scopes);
        // A credential that nothing would use is not kept.
        return result.outcome === "ok" && canRefresh
          ? { ...result, connectorData: formatTokens(options, answer.tokens) }
          : result;
      },
    },
    ...(canRefresh && { refresh: (input: RefreshInput) => refresh(options, keepGroups(input)) }),
    ...(options.exchangeToken && { exchangeToken: options.exchangeToken }),
    ...(options.probe && { probe: options.probe }),
    ...(options.close && { close: options.close }),
  };
}

/**
 * What is read now serves every application of this login: one that narrows its scopes must not take the groups away from
 * the others.
 */
function keepGroups(input: RefreshInput): RefreshInput {
  const groups = input.scopes.groups || input.identity.groups.length > 0;
  return { ...input, scopes: { ...input.scopes, groups } };
}

async function refresh(options: OAuth2ConnectorOptions, input: RefreshInput): Promise<RefreshResult> {
  const stored = parseTokens(input.connectorData);
  if (stored === undefined) return { outcome: "denied", detail: "no token of the upstream is kept" };
  const isOver = stored.expiresAt !== undefined && stored.expiresAt <= options.clock() + expiryMarginMs;
  const attempt = isOver ? undefined : await readWith(options, stored, input);
  if (attempt !== undefined && attempt.outcome !== "refused") return attempt;
  if (stored.refreshToken === undefined) return { outcome: "denied", detail: "the upstream no longer takes its token" };
  const renewed = await options.client.refresh(stored.refreshToken);
  if (renewed.outcome !== "ok") return renewed;
  return keepRenewed(options, renewed.tokens, input);
}

/** A token that ends while it is on its way is of no use. */
const expiryMarginMs = 10_000;

async function readWith(
  options: OAuth2ConnectorOptions,
  tokens: TokenSet,
  input: RefreshInput,
): Promise<RefreshResult | { readonly outcome: "refused"; readonly detail: string }> {
  try {
    return await options.readPerson(tokens, input.scopes);
  } catch (error) {
    if (error instanceof UpstreamRefusal) return { outcome: "refused", detail: error.message };
    throw error;
  }
}

/** The upstream may have ended the old refresh token by now: the new one is kept whatever comes next. */
async function keepRenewed(
  options: OAuth2ConnectorOptions,
  tokens: TokenSet,
  input: RefreshInput,
): Promise<RefreshResult> {
  const connectorData = formatTokens(options, tokens);
  try {
    await input.keep?.(connectorData);
    const result = await readWith(options, tokens, input);
    if (result.outcome === "refused") return { outcome: "denied", detail: result.detail };
    return result.outcome === "ok" ? { ...result, connectorData } : result;
  } catch (error) {
    return { outcome: "unavailable", detail: error instanceof Error ? error.message : String(error), connectorData };
  }
}

/** As Dex stores it, so that logins from there go on. Go's zero time means that no end is known. */
const StoredTokens = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().optional(),
  expiry: z.string().optional(),
});

/** The token of Go's x/oauth2, as it writes itself. */
const WireTokens = z.object({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  refresh_token: z.string().optional(),
  expiry: z.string().optional(),
});

const AnyTokens = z.union([
  StoredTokens,
  WireTokens.transform(({ access_token: accessToken, refresh_token: refreshToken, expiry }) => ({
    accessToken,
    refreshToken,
    expiry,
  })),
]);

function formatTokens({ storedNames }: OAuth2ConnectorOptions, tokens: TokenSet): string {
  const { accessToken, tokenType, refreshToken, expiresAt } = tokens;
  const expiry = expiresAt !== undefined && { expiry: new Date(expiresAt).toISOString() };
  if (storedNames !== "wire") {
    const stored: z.infer<typeof StoredTokens> = {
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      ...expiry,
    };
    return JSON.stringify(stored);
  }
  const stored: z.infer<typeof WireTokens> = {
    access_token: accessToken,
    token_type: tokenType,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...expiry,
  };
  return JSON.stringify(stored);
}

function parseTokens(data: string | undefined): TokenSet | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data ?? "");
  } catch {
    return undefined;
  }
  const { data: stored } = AnyTokens.safeParse(value);
  if (stored === undefined) return undefined;
  const expiresAt = Date.parse(stored.expiry ?? "");
  return {
    accessToken: stored.accessToken,
    tokenType: "Bearer",
    ...(stored.refreshToken !== undefined && stored.refreshToken !== "" && { refreshToken: stored.refreshToken }),
    ...(expiresAt > 0 && { expiresAt }),
  };
}
