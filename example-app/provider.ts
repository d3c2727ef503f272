import * as oidc from "openid-client";
import type { Claims, Tokens } from "./login.js";
import type { Options } from "./options.js";
import type { PendingLogin } from "./sessions.js";

/** What a person asks for on the start page. */
export interface LoginRequest {
  readonly scopes: readonly string[];
  /** Skips the provider's choice of how to log in, as `connector_id` does at Dex. */
  readonly connectorId: string;
}

/** The provider, as this application talks to it. All functions throw what `openid-client` throws. */
export interface Provider {
  /** Reads the discovery document, until that has worked once. */
  connect(): Promise<void>;
  startLogin(request: LoginRequest): Promise<{ readonly url: URL; readonly state: string } & PendingLogin>;
  /** `query` as the browser brought it to the callback. */
  finishLogin(query: string, state: string, pending: PendingLogin): Promise<Tokens>;
  refresh(refreshToken: string): Promise<Tokens>;
  fetchUserInfo(tokens: Tokens): Promise<Claims>;
  /** False where the provider has no revocation endpoint. */
  revoke(token: string): Promise<boolean>;
}

/** Seconds. */
const timeout = 10;

export interface ProviderOptions extends Pick<Options, "issuer" | "clientId" | "clientSecret"> {
  readonly redirectUri: string;
  readonly clock: () => number;
}

export function createProvider(options: ProviderOptions): Provider {
  const { redirectUri, clock } = options;
  let attempt: Promise<oidc.Configuration> | undefined;

  /** Many who ask at the same time make one request; a failure is forgotten, so that the next one asks again. */
  function configure(): Promise<oidc.Configuration> {
    attempt ??= discover(options).catch((error: unknown) => {
      attempt = undefined;
      throw error;
    });
    return attempt;
  }

  return {
    async connect() {
      await configure();
    },
    async startLogin(request) {
      return createAuthorization(await configure(), options, request);
    },
    async finishLogin(query, state, { nonce, verifier }) {
      const url = new URL(redirectUri);
      url.search = query;
      // The library compares `state`, `iss` (RFC 9207) and the nonce, and verifies the ID token.
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      return readTokens(await oidc.authorizationCodeGrant(await configure(), url, checks), clock());
    },
    async refresh(refreshToken) {
      return readTokens(await oidc.refreshTokenGrant(await configure(), refreshToken), clock());
    },
    async fetchUserInfo({ accessToken, claims }) {
      return await oidc.fetchUserInfo(await configure(), accessToken, String(claims["sub"]));
    },
    async revoke(token) {
      const configuration = await configure();
      if (configuration.serverMetadata().revocation_endpoint === undefined) return false;
      await oidc.tokenRevocation(configuration, token);
      return true;
    },
  };
}

async function createAuthorization(
  configuration: oidc.Configuration,
  { redirectUri, clock }: ProviderOptions,
  { scopes, connectorId }: LoginRequest,
): Promise<{ readonly url: URL; readonly state: string } & PendingLogin> {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: ["openid", ...scopes].join(" "),
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...(connectorId !== "" && { connector_id: connectorId }),
  });
  return { url, state, nonce, verifier, startedAt: clock() };
}

function discover({ issuer, clientId, clientSecret }: ProviderOptions): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  const authentication = clientSecret === "" ? oidc.None() : undefined;
  // What comes from the token endpoint over TLS needs no check of its signature (OpenID Connect Core §3.1.3.7), so
  // `openid-client` leaves it out unless told otherwise. It refuses plain HTTP too; here whoever starts this decides.
  const insecure = url.protocol === "http:" ? [oidc.allowInsecureRequests] : [];
  const execute = [oidc.enableNonRepudiationChecks, ...insecure];
  return oidc.discovery(url, clientId, clientSecret === "" ? undefined : clientSecret, authentication, {
    timeout,
    execute,
  });
}

function readTokens(
  answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  receivedAt: number,
): Tokens {
  const { access_token, refresh_token, id_token } = answer;
  const seconds = answer.expiresIn();
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    ...(id_token !== undefined && { idToken: id_token }),
    claims: { ...answer.claims() },
    receivedAt,
    ...(seconds !== undefined && { expiresAt: receivedAt + seconds * 1000 }),
  };
}
