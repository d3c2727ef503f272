import { describe, expect, it } from "vitest";
import { createDiscoveryDocument } from "./discovery-document.js";

const document = createDiscoveryDocument({
  issuer: "https://id.example.com/dex",
  grantTypes: ["refresh_token", "authorization_code"],
  algorithms: ["ES256", "RS256"],
  challengeMethods: ["S256"],
});

describe("the discovery document (OpenID Connect Discovery §3, RFC 8414 §2)", () => {
  it("has Dex's paths under the issuer (dex-behaviour §2.3)", () => {
    expect(document).toMatchObject({
      issuer: "https://id.example.com/dex",
      authorization_endpoint: "https://id.example.com/dex/auth",
      token_endpoint: "https://id.example.com/dex/token",
      jwks_uri: "https://id.example.com/dex/keys",
      userinfo_endpoint: "https://id.example.com/dex/userinfo",
      revocation_endpoint: "https://id.example.com/dex/revoke",
    });
  });

  it("has every member that OpenID Connect Discovery requires", () => {
    const required = ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"];
    const more = ["subject_types_supported", "id_token_signing_alg_values_supported"];
    for (const name of [...required, ...more]) expect(document).toHaveProperty(name);
  });

  it("names only what it was told works: no alg none, no plain, no implicit flow (security case 54)", () => {
    expect(document).toMatchObject({
      id_token_signing_alg_values_supported: ["ES256", "RS256"],
      code_challenge_methods_supported: ["S256"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      response_types_supported: ["code"],
    });
  });

  it("says what is absent although its default would be yes (Discovery §3: request_uri_parameter_supported)", () => {
    expect(document).toMatchObject({ request_uri_parameter_supported: false, request_parameter_supported: false });
  });

  it("promises iss in authorization responses (RFC 9207 §3)", () => {
    expect(document["authorization_response_iss_parameter_supported"]).toBe(true);
  });
});
