import { issuerUrl, routes } from "./routes.js";
import { standardScopes } from "./scopes.js";
import type { SigningAlgorithm } from "./signing-algorithm.js";

export interface DiscoveryFacts {
  readonly issuer: string;
  readonly grantTypes: readonly string[];
  /** Algorithms of every published key, the one that signs now first. */
  readonly algorithms: readonly SigningAlgorithm[];
  readonly challengeMethods: readonly string[];
}

/** The discovery document (OpenID Connect Discovery §3, RFC 8414 §2), members in Dex's order; only what works is named. */
export function createDiscoveryDocument(facts: DiscoveryFacts): Record<string, unknown> {
  const authMethods = ["client_secret_basic", "client_secret_post", "none"];
  return {
    issuer: facts.issuer,
    authorization_endpoint: issuerUrl(facts.issuer, routes.authorize),
    token_endpoint: issuerUrl(facts.issuer, routes.token),
    jwks_uri: issuerUrl(facts.issuer, routes.keys),
    userinfo_endpoint: issuerUrl(facts.issuer, routes.userinfo),
    revocation_endpoint: issuerUrl(facts.issuer, routes.revocation),
    grant_types_supported: [...facts.grantTypes].sort(),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: facts.algorithms,
    code_challenge_methods_supported: facts.challengeMethods,
    scopes_supported: standardScopes,
    token_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_methods_supported: authMethods,
    claims_supported: [
      "iss",
      "sub",
      "aud",
      "azp",
      "exp",
      "iat",
      "auth_time",
      "nonce",
      "at_hash",
      "c_hash",
      "jti",
      "email",
      "email_verified",
      "groups",
      "name",
      "preferred_username",
      "federated_claims",
    ],
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
  };
}
