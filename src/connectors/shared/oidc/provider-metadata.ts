import * as z from "zod";
import { UpstreamError } from "../upstream-error.js";
import { fetchJson, type UpstreamCaller } from "../upstream-json.js";

/** What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as we need it. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  readonly userInfoUrl?: string;
  readonly endSessionUrl?: string;
  readonly signingAlgorithms: readonly string[];
  readonly pkceMethods: readonly string[];
  readonly authenticationMethods: readonly string[];
  readonly scopes: readonly string[];
  /** Answers to authorization requests carry `iss` (RFC 9207). */
  readonly sendsIssuer: boolean;
}

/** Endpoints that the settings name in the place of those that the provider names. */
export interface EndpointOverrides {
  readonly authorizationUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly jwksUrl?: string | undefined;
  readonly userInfoUrl?: string | undefined;
  readonly endSessionUrl?: string | undefined;
}

export interface DiscoveryOptions extends UpstreamCaller {
  readonly issuer: string;
  /** Expected `iss` of tokens where it is not the issuer that is asked; the document's own is then not compared. */
  readonly issuerAlias?: string | undefined;
  readonly overrides?: EndpointOverrides | undefined;
  readonly warn: (message: string) => void;
}

const texts = z.array(z.string()).catch([]);
const Endpoint = z.string().refine(isHttpUrl, "must be an http or https URL");

// What is only nice to have may be missing or odd.
const Document = z.object({
  issuer: z.string().min(1),
  authorization_endpoint: Endpoint.optional(),
  token_endpoint: Endpoint.optional(),
  jwks_uri: Endpoint.optional(),
  userinfo_endpoint: Endpoint.optional().catch(undefined),
  end_session_endpoint: Endpoint.optional().catch(undefined),
  id_token_signing_alg_values_supported: texts,
  code_challenge_methods_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  scopes_supported: texts,
  authorization_response_iss_parameter_supported: z.boolean().catch(false),
});

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Where the document of an issuer stands (section 4.1): one slash at its end is left out. */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** Reads a provider's document. Rejects where it is not that of the issuer, or names no endpoint that a login needs. */
export async function fetchMetadata(options: DiscoveryOptions): Promise<ProviderMetadata> {
  const { issuer, overrides = {} } = options;
  const url = discoveryUrl(issuer);
  const document = await fetchJson(options, Document, { url });
  checkIssuer(options, document.issuer);
  const requireUrl = (key: string, override: string | undefined, found: string | undefined): string => {
    const endpoint = override ?? found;
    if (endpoint === undefined) throw new UpstreamError(`${url} names no ${key}`);
    return endpoint;
  };
  const userInfoUrl = overrides.userInfoUrl ?? document.userinfo_endpoint;
  const endSessionUrl = overrides.endSessionUrl ?? document.end_session_endpoint;
  return {
    issuer: document.issuer,
    authorizationUrl: requireUrl("authorization_endpoint", overrides.authorizationUrl, document.authorization_endpoint),
    tokenUrl: requireUrl("token_endpoint", overrides.tokenUrl, document.token_endpoint),
    jwksUrl: requireUrl("jwks_uri", overrides.jwksUrl, document.jwks_uri),
    ...(userInfoUrl !== undefined && { userInfoUrl }),
    ...(endSessionUrl !== undefined && { endSessionUrl }),
    signingAlgorithms: chooseAlgorithms(document.id_token_signing_alg_values_supported),
    pkceMethods: document.code_challenge_methods_supported,
    authenticationMethods: document.token_endpoint_auth_methods_supported,
    scopes: document.scopes_supported,
    sendsIssuer: document.authorization_response_iss_parameter_supported,
  };
}

/**
 * Section 4.3: the issuer of the document must be the one that was asked, to the letter, or a provider could speak for
 * another one. Dex does not compare them where an endpoint is overridden, and files rely on that.
 */
function checkIssuer({ issuer, issuerAlias, overrides = {}, warn }: DiscoveryOptions, found: string): void {
  if (issuerAlias !== undefined || found === issuer) return;
  const isSlash = found.replace(/\/$/, "") === issuer.replace(/\/$/, "");
  const message = `${discoveryUrl(issuer)} is the document of ${found.slice(0, 200)}, not of ${issuer}`;
  if (Object.values(overrides).every((url) => url === undefined)) {
    throw new UpstreamError(`${message}${isSlash ? ": the slash at the end counts" : ""}`);
  }
  warn(`${message}: set issuerAlias to say that this is meant`);
}

/** Signatures with a key that only the provider has; never `none`, and never HS256, whose key we would have too. */
const knownAlgorithms = [
  ...["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
  ...["PS256", "PS384", "PS512", "EdDSA", "Ed25519"],
];

function chooseAlgorithms(offered: readonly string[]): readonly string[] {
  const usable = knownAlgorithms.filter((algorithm) => offered.includes(algorithm));
  // RS256 is what every provider has (OpenID Connect Core section 15.1).
  return usable.length === 0 ? ["RS256"] : usable;
}
