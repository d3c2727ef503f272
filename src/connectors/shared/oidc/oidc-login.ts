import type { Clock } from "../../../platform/clock.js";
import type { Identity } from "../../../records/identity.js";
import type {
  Connector,
  FinishInput,
  LoginResult,
  RefreshInput,
  RefreshResult,
  StartInput,
  WantedScopes,
} from "../../port.js";
import type { OAuth2Client, TokenSet } from "../oauth2-client.js";
import { redirectStateLimit } from "../oauth2-connector.js";
import { UpstreamError, UpstreamRefusal } from "../upstream-error.js";
import type { UpstreamCaller } from "../upstream-json.js";
import { checkClaims } from "./check-claims.js";
import type { Provider } from "./provider.js";
import type { PersonResult } from "./read-identity.js";
import type { RefreshData } from "./refresh-data.js";
import type { Claims } from "./signed-token.js";
import { fetchUserInfo, mergeUserInfo } from "./user-info.js";

/** What is known besides the claims where a person is read. */
export interface Reading {
  readonly accessToken: string;
  readonly wanted: WantedScopes;
  /** At a refresh: who it was. */
  readonly previous?: Identity;
}

export interface OidcLoginOptions extends UpstreamCaller {
  readonly clock: Clock;
  readonly provider: Provider;
  readonly client: () => OAuth2Client;
  readonly clientId: string;
  readonly scopes: (wanted: WantedScopes) => readonly string[];
  readonly parameters: (wanted: WantedScopes) => Readonly<Record<string, string | undefined>>;
  readonly getsUserInfo: boolean;
  /** An ID token must come with a refresh too. */
  readonly needsIdToken?: boolean | undefined;
  readonly refreshData: RefreshData;
  /** Says each sentence once. */
  readonly warnOnce: (message: string) => void;
  readonly readPerson: (claims: Claims, reading: Reading) => PersonResult | Promise<PersonResult>;
}

/** Login and refresh at an OpenID provider, by the authorization code flow (OpenID Connect Core section 3.1). */
export function createOidcLogin(options: OidcLoginOptions): Required<Pick<Connector, "login" | "refresh">> {
  return {
    login: {
      kind: "redirect",
      stateLimit: redirectStateLimit,
      start: (input) => Promise.resolve({ url: formatUrl(options, input) }),
      finish: (input) => finish(options, input),
    },
    refresh: (input) => refresh(options, input),
  };
}

function formatUrl(options: OidcLoginOptions, input: StartInput): string {
  const parameters = { nonce: input.derive("nonce"), ...options.parameters(input.scopes) };
  return options.client().authorizationUrl(input, options.scopes(input.scopes), parameters);
}

async function finish(options: OidcLoginOptions, input: FinishInput): Promise<LoginResult> {
  const mixUp = findMixUp(options.provider, input.fields);
  if (mixUp !== undefined) return { outcome: "denied", detail: mixUp };
  const answer = await options.client().redeem(input);
  if (answer.outcome !== "ok") return answer;
  const { accessToken, idToken, refreshToken } = answer.tokens;
  if (idToken === undefined) throw new UpstreamError("the token endpoint gave no ID token");
  const claims = await readClaims(options, { accessToken, idToken }, input.derive("nonce"));
  const result = await options.readPerson(claims, { accessToken, wanted: input.scopes });
  if (input.scopes.offlineAccess && refreshToken === undefined) options.warnOnce(noRefreshToken);
  // Without a new refresh token one that is kept stays: an empty one would end it (dex-connectors O-16).
  const kept = refreshToken !== undefined && { connectorData: options.refreshData.format(refreshToken) };
  return result.outcome === "ok" ? { ...result, ...kept } : result;
}

const noRefreshToken =
  "the provider gives no refresh token, so nobody can stay logged in: it may want the scope offline_access";

/** RFC 9207 section 2.4: an answer of another provider is not for this one's token endpoint. */
function findMixUp(provider: Provider, fields: ReadonlyMap<string, string>): string | undefined {
  const metadata = provider.metadata();
  const issuer = fields.get("iss");
  if (issuer === undefined) return metadata.sendsIssuer ? "the answer does not say whose it is (iss)" : undefined;
  const isTheirs = issuer === metadata.issuer || provider.issuers().includes(issuer);
  return isTheirs ? undefined : "the answer is another provider's (iss)";
}

/** Claims of the ID token, and of userinfo where that is asked for. */
async function readClaims(
  options: OidcLoginOptions,
  { accessToken, idToken }: Pick<TokenSet, "accessToken" | "idToken">,
  nonce?: string,
): Promise<Claims> {
  const { provider, clientId } = options;
  if (idToken === undefined && options.needsIdToken) throw new UpstreamError("the token endpoint gave no ID token");
  if (idToken === undefined) return fetchUserInfo(options, provider, accessToken, clientId);
  const signed = await provider.verify(idToken);
  const expected = { issuers: provider.issuers(), audiences: [clientId], now: options.clock(), nonce, accessToken };
  checkClaims(signed, expected);
  if (!options.getsUserInfo) return signed.claims;
  return mergeUserInfo(signed.claims, await fetchUserInfo(options, provider, accessToken, clientId));
}

async function refresh(options: OidcLoginOptions, input: RefreshInput): Promise<RefreshResult> {
  const stored = options.refreshData.find(input.connectorData);
  if (stored === undefined) return { outcome: "denied", detail: "the upstream gave no refresh token" };
  const answer = await options.client().refresh(stored);
  if (answer.outcome !== "ok") return answer;
  const { refreshToken = stored } = answer.tokens;
  const connectorData = options.refreshData.format(refreshToken);
  try {
    if (refreshToken !== stored) await input.keep?.(connectorData);
    const result = await readAgain(options, answer.tokens, input);
    return result.outcome === "ok" ? { ...result, connectorData } : result;
  } catch (error) {
    // The upstream no longer takes a token that it gave a moment ago: the person's session there was ended.
    if (error instanceof UpstreamRefusal) return { outcome: "denied", detail: error.message };
    if (refreshToken === stored) throw error;
    // The old refresh token may be worth nothing by now: the new one is kept whatever came next.
    return { outcome: "unavailable", detail: error instanceof Error ? error.message : String(error), connectorData };
  }
}

/** An ID token is optional here (Core section 12.2); userinfo then says who it is. */
async function readAgain(options: OidcLoginOptions, tokens: TokenSet, input: RefreshInput): Promise<PersonResult> {
  const claims = await readClaims(options, tokens);
  const reading = { accessToken: tokens.accessToken, wanted: input.scopes, previous: input.identity };
  const result = await options.readPerson(claims, reading);
  // Core section 12.2: it must be the person of the login (dex-connectors O-18).
  if (result.outcome === "ok" && result.identity.userId !== input.identity.userId) {
    return { outcome: "denied", detail: "the upstream answered with another person" };
  }
  return result;
}
