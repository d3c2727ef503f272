import { describe, expect, it } from "vitest";
import { loadWith } from "../../test/support/config-text.js";

describe("expiry", () => {
  it("reads Go durations", async () => {
    const { config, lines } = await loadWith(
      "expiry: {idTokens: 1h30m, authRequests: 500ms, authCodes: 60s, signingKeys: 240m}",
    );
    expect(lines).toEqual([]);
    expect(config?.expiry).toEqual({ idTokensMs: 5_400_000, authRequestsMs: 500, authCodesMs: 60_000 });
    expect(config?.signer.rotationPeriodMs).toBe(14_400_000);
  });

  it("falls back to the default where it is zero or empty", async () => {
    const { config, lines } = await loadWith("expiry: {idTokens: 0, authRequests: '0s', authCodes: ''}");
    expect(lines).toEqual([]);
    expect(config?.expiry).toEqual({ idTokensMs: 86_400_000, authRequestsMs: 86_400_000, authCodesMs: 600_000 });
  });

  it.each([
    ["idTokens: -1h", "expiry.idTokens: a duration must not be negative"],
    ["authRequests: 10", 'expiry.authRequests: "10" has no unit'],
    ["authCodes: 1d", '"1d" has the unknown unit "d"; write days in hours, such as "24h"'],
    ["idTokens: 10ms", "expiry.idTokens: must be at least 1s"],
    ["signingKeys: 1s", "expiry.signingKeys: must be at least 3s"],
    ["signingKeys: -6h", "expiry.signingKeys: a duration must not be negative"],
    ["refreshTokens: {reuseInterval: 3}", 'expiry.refreshTokens.reuseInterval: "3" has no unit'],
    [
      "refreshTokens: {absoluteLifetime: -3h}",
      "expiry.refreshTokens.absoluteLifetime: a duration must not be negative",
    ],
  ])("%s is an error", async (text, message) => {
    expect((await loadWith(`expiry: {${text}}`)).errors).toEqual([expect.stringContaining(message)]);
  });
});

describe("signer", () => {
  it.each(["RS256", "ES256", "EdDSA"] as const)("signs with %s", async (algorithm) => {
    const { config } = await loadWith(
      `signer: {type: local, config: {algorithm: ${algorithm}, keysRotationPeriod: 2h}}`,
    );
    expect(config?.signer).toEqual({ algorithm, rotationPeriodMs: 7_200_000 });
  });

  it("has a period of its own, which wins over expiry.signingKeys: a warning", async () => {
    const { config, lines } = await loadWith(
      "expiry: {signingKeys: 5h}\nsigner: {type: local, config: {keysRotationPeriod: 2h}}",
    );
    expect(config?.signer.rotationPeriodMs).toBe(7_200_000);
    expect(lines).toEqual([expect.stringContaining("5:23: warning: expiry.signingKeys has no effect")]);
  });

  it("takes the period from expiry.signingKeys where it has none", async () => {
    const { config, lines } = await loadWith("expiry: {signingKeys: 5h}\nsigner: {type: local}");
    expect([config?.signer.rotationPeriodMs, lines]).toEqual([18_000_000, []]);
  });

  it("has a type that is known", async () => {
    expect((await loadWith("signer: {config: {}}")).errors).toEqual([
      expect.stringContaining("signer.type is required: local"),
    ]);
    expect((await loadWith("signer: {type: locl}")).errors).toEqual([
      expect.stringContaining('unknown signer type "locl" (did you mean "local"?)'),
    ]);
  });
});

describe("oauth2", () => {
  it("has Dex's defaults", async () => {
    expect((await loadWith("oauth2: {}")).config?.oauth2).toEqual({
      skipApprovalScreen: false,
      alwaysShowLoginScreen: false,
      grantTypes: ["authorization_code", "refresh_token"],
      pkce: { enforce: false, methods: ["S256", "plain"] },
    });
  });

  it("narrows grant types and challenge methods", async () => {
    const { config, lines } = await loadWith(
      "oauth2: {grantTypes: [authorization_code], pkce: {enforce: true, codeChallengeMethodsSupported: [S256]}}",
    );
    expect(lines).toEqual([]);
    expect(config?.oauth2).toMatchObject({
      grantTypes: ["authorization_code"],
      pkce: { enforce: true, methods: ["S256"] },
    });
  });

  it("warns of grant types that have no effect", async () => {
    const grantTypes = "refresh_token, password, 'urn:ietf:params:oauth:grant-type:device_code', authorization-code";
    const { config, warnings } = await loadWith(`oauth2: {grantTypes: [${grantTypes}]}`);
    expect(config?.oauth2.grantTypes).toEqual(["refresh_token"]);
    expect(warnings.map((line) => line.replace(/^[\d:]+ warning: /, ""))).toEqual([
      "oauth2.grantTypes leaves out authorization_code: nobody can log in to any app",
      "grant type password has no effect yet",
      "grant type urn:ietf:params:oauth:grant-type:device_code has no effect yet",
      'unknown grant type "authorization-code": it has no effect (did you mean "authorization_code"?)',
    ]);
  });

  it("warns of response types beyond code, and refuses unknown ones", async () => {
    const { config, warnings } = await loadWith("oauth2: {responseTypes: [code, token, id_token, 'code id_token']}");
    expect([config === undefined, warnings.length]).toEqual([false, 3]);
    expect((await loadWith("oauth2: {responseTypes: [code, idtoken]}")).errors).toEqual([
      expect.stringContaining('unsupported response_type "idtoken" (did you mean "id_token"?)'),
    ]);
    expect((await loadWith("oauth2: {responseTypes: [id_token]}")).errors).toEqual([
      expect.stringContaining("leaves out code, the only response type that is supported yet"),
    ]);
  });

  it("refuses challenge methods that do not exist", async () => {
    expect((await loadWith("oauth2: {pkce: {codeChallengeMethodsSupported: [S25]}}")).errors).toEqual([
      expect.stringContaining('unsupported PKCE challenge method "S25" (did you mean "S256"?)'),
    ]);
  });
});

describe("logger", () => {
  it.each([
    ["{}", "info", "text"],
    ["{level: '', format: ''}", "info", "text"],
    ["{level: DEBUG, format: JSON}", "debug", "json"],
    ["{level: Warn, format: text}", "warn", "text"],
  ])("%s", async (text, level, format) => {
    expect((await loadWith(`logger: ${text}`)).config?.logger).toEqual({ level, format, excludeFields: [] });
  });

  it("leaves out fields", async () => {
    expect((await loadWith("logger: {excludeFields: [remote_ip]}")).config?.logger.excludeFields).toEqual([
      "remote_ip",
    ]);
  });

  it("refuses other words", async () => {
    const { errors } = await loadWith("logger: {level: eror, format: xml}");
    expect(errors).toEqual([
      '5:17: error: logger.level: must be one of debug, info, warn, error (did you mean "error"?)',
      "5:31: error: logger.format: must be one of text, json",
    ]);
  });
});

describe("frontend.issuer", () => {
  it("is the name on the pages, Latchkey unless it is set", async () => {
    expect((await loadWith("")).config?.frontend.name).toBe("Latchkey");
    expect((await loadWith("frontend: {issuer: ''}")).config?.frontend.name).toBe("Latchkey");
    expect((await loadWith("frontend: {issuer: Acme Login}")).config?.frontend.name).toBe("Acme Login");
  });
});
