import { createHash } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { derive } from "./connector-login.js";
import { type HttpUpstream, startHttpUpstream, type UpstreamHandler, type UpstreamReply } from "./http-upstream.js";

/** One key pair of the provider. */
export interface ProviderKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** What the provider does next; tests change what they are about, `reset` brings back the honest one. */
export interface ProviderBehaviour {
  /** Beside and in the place of the honest members. */
  document: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** Signs the ID token. */
  sign: (claims: Record<string, unknown>) => Promise<string>;
  keys: readonly JWK[];
  /** Answers at these paths instead of the honest provider. */
  replace: Readonly<Record<string, UpstreamHandler>>;
  userInfo: UpstreamReply;
  /** Beside and in the place of the honest members of a token answer. */
  tokenAnswer: Record<string, unknown>;
}

export interface SigningProvider extends HttpUpstream {
  readonly key: ProviderKey;
  readonly behaviour: ProviderBehaviour;
  /** Epoch seconds that its tokens begin with. */
  readonly now: number;
  honestClaims(): Record<string, unknown>;
  honestDocument(): Record<string, unknown>;
  /** How often a path was asked for. */
  countRequests(path: string): number;
  reset(): void;
}

export const providerClientId = "latchkey";
export const providerNonce = derive("nonce");
export const providerAccessToken = "access-1";

/** A small OpenID provider over HTTP whose tokens can be wrong in every way: what a real one never does on request. */
export async function startSigningProvider(now: number): Promise<SigningProvider> {
  const upstream = await startHttpUpstream();
  const key = await createProviderKey("key-1");
  const honestClaims = () => ({
    iss: upstream.url,
    sub: "u-1",
    aud: providerClientId,
    iat: now,
    exp: now + 300,
    nonce: providerNonce,
    at_hash: halfHash(providerAccessToken),
    name: "Ann Example",
    email: "ann@example.com",
    email_verified: true,
  });
  const createBehaviour = (): ProviderBehaviour => ({
    document: {},
    claims: {},
    sign: (claims) => signWith(key, claims),
    keys: [key.publicJwk],
    replace: {},
    userInfo: { body: { sub: "u-1" } },
    tokenAnswer: {},
  });
  const provider = {
    ...upstream,
    key,
    now,
    behaviour: createBehaviour(),
    honestClaims,
    honestDocument: () => describe(upstream.url),
    countRequests: (path: string) => upstream.requests.filter(({ url }) => url.pathname === path).length,
    reset: () => Object.assign(provider.behaviour, createBehaviour()),
  };
  upstream.answer(async (request, response) => {
    const { behaviour } = provider;
    const path = request.url.pathname;
    const replaced = behaviour.replace[path];
    if (replaced !== undefined) return replaced(request, response);
    if (path === "/.well-known/openid-configuration")
      return { body: { ...describe(upstream.url), ...behaviour.document } };
    if (path === "/jwks") return { body: { keys: behaviour.keys } };
    if (path === "/userinfo") return behaviour.userInfo;
    if (path !== "/token") return { status: 404 };
    const idToken = await behaviour.sign({ ...honestClaims(), ...behaviour.claims });
    const answer = {
      access_token: providerAccessToken,
      token_type: "Bearer",
      id_token: idToken,
      refresh_token: "refresh-1",
    };
    return { body: { ...answer, ...behaviour.tokenAnswer } };
  });
  return provider;
}

function describe(url: string): Record<string, unknown> {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    userinfo_endpoint: `${url}/userinfo`,
    end_session_endpoint: `${url}/logout?tenant=1`,
    id_token_signing_alg_values_supported: ["RS256", "ES256"],
    code_challenge_methods_supported: ["plain", "S256"],
  };
}

export async function createProviderKey(id: string, algorithm = "ES256"): Promise<ProviderKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    id,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: "sig" },
  };
}

export function signWith(
  key: ProviderKey,
  claims: Record<string, unknown>,
  kid: string | undefined = key.id,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, ...(kid !== "" && { kid }) })
    .sign(key.privateKey);
}

/** `at_hash` for algorithms with SHA-256 (OpenID Connect Core section 3.1.3.6). */
export function halfHash(token: string): string {
  return createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");
}
