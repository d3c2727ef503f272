import { describe, expect, it } from "vitest";
import { loadText, loadWith, smallestConfig } from "../../test/support/config-text.js";

/** Keys that Dex ignores, as real files hold them: other products' settings, wrong levels, inventions. */
const ignoredKeys: readonly (readonly [string, string])[] = [
  ...["grant_types", "grantTypes", "grants", "scopes", "extraClaims", "applicationType", "skipApproval"].map(inClient),
  ...["idTokensValidFor", "allowOfflineAccess", "responseTypes", "tokenEndpointAuthMethod"].map(inClient),
  ["telemetry", "web: {http: ':1', telemetry: x}"],
  ["skipApprovalScreen", "web: {http: ':1', skipApprovalScreen: true}"],
  ["prefix", "web: {http: ':1', prefix: /x}"],
  ["logger", "expiry: {logger: {level: debug}}"],
  ...["publicURL", "redirectURI", "clientID", "logLevel", "deviceFlow", "issuerRotation", "jwks_uri"].map(atTop),
  ...["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "apiVersion", "kind", "metadata"].map(atTop),
  ["issuerUrl", "frontend: {issuerUrl: x}"],
  ["allowedScopes", "oauth2: {allowedScopes: [x]}"],
  ["alwaysIncludeClaimsInIDToken", "oauth2: {alwaysIncludeClaimsInIDToken: true}"],
  ["plainText", "grpc: {plainText: true}"],
  ...["username", "groups", "email"].map(inMock),
  ...["password", "id", "roles"].map(
    (key) =>
      [
        key,
        `enablePasswordDB: true\nstaticPasswords: [{email: a@example.com, userID: a, hash: $2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G, ${key}: x}]`,
      ] as const,
  ),
];

function inClient(key: string): readonly [string, string] {
  return [key, `staticClients: [{id: a, name: A, secret: s, ${key}: x}]`];
}

function atTop(key: string): readonly [string, string] {
  return [key, `${key}: x`];
}

function inMock(key: string): readonly [string, string] {
  return [key, `connectors: [{type: mockCallback, id: m, name: M, config: {${key}: x}}]`];
}

describe("a key that Dex ignores", () => {
  it.each(ignoredKeys)("%s is a warning: %s", async (key, text) => {
    const { config, lines } = await loadWith(text);
    expect(config).toBeDefined();
    expect(lines.some((line) => line.includes(`warning: unknown key ${key} `) && line.includes("no effect"))).toBe(
      true,
    );
  });

  it.each(ignoredKeys)("%s is an error with --strict: %s", async (key, text) => {
    const { errors } = await loadWith(text, { mode: "strict" });
    expect(errors).toEqual([expect.stringContaining(`unknown key ${key} `)]);
  });
});

const nearMisses = [
  ["staticClient: []", "staticClients"],
  ["static-clients: []", "staticClients"],
  ["enable_password_db: true", "enablePasswordDB"],
  ["oauth2: {skip_approval_screen: true}", "skipApprovalScreen"],
  ["expiry: {id_tokens: 1h}", "idTokens"],
  ["expiry: {idToken: 1h}", "idTokens"],
  ["expiry: {refreshTokens: {validIfNotUsedFr: 1h}}", "validIfNotUsedFor"],
  ["web: {http: ':1', allowed_origins: []}", "allowedOrigins"],
  ["staticClients: [{id: a, name: A, secret: s, redirectURI: [/x]}]", "redirectURIs"],
  ["staticClients: [{id: a, name: A, secret: s, allowedGroup: [x]}]", "allowedGroups"],
  [
    "connectors: [{type: mockPassword, id: m, name: M, config: {username: u, password: p, passwordenv2: x}}]",
    "passwordEnv",
  ],
] as const;

describe("a key that is nearly right", () => {
  it.each(nearMisses)("%s is an error with the right spelling", async (text, meant) => {
    const { config, errors } = await loadWith(text);
    expect(config).toBeUndefined();
    expect(errors).toEqual([expect.stringContaining(`(did you mean "${meant}"?)`)]);
  });

  it.each(nearMisses)("%s is a warning with --lenient", async (text, meant) => {
    const { config, errors, warnings } = await loadWith(text, { mode: "lenient" });
    expect([config === undefined, errors]).toEqual([false, []]);
    expect(warnings.join("\n")).toContain(`it has no effect (did you mean "${meant}"?)`);
  });
});

describe("keys", () => {
  it("match whatever their case", async () => {
    const client = "staticclients: [{ID: app, Name: App, SECRET: s, redirectUris: [/cb], LogoUrl: /l}]";
    const { config, lines } = await loadText(
      `Issuer: https://sso.example.com\nSTORAGE: {Type: memory}\nWeb: {HTTP: ':1'}\nCONNECTORS: [{TYPE: mockCallback, Id: m, NAME: M}]\n${client}\n`,
    );
    expect(lines).toEqual([]);
    expect(config?.clients[0]).toMatchObject({ id: "app", redirectUris: ["/cb"], logoUrl: "/l" });
  });

  it("that stand twice but for case count the last time, with both lines", async () => {
    const { config, lines } = await loadWith("logger: {level: debug}\nLogger: {level: error}");
    expect(config?.logger.level).toBe("error");
    expect(lines).toEqual(["6:1: warning: Logger stands here again: the one in line 5 has no effect"]);
  });

  it("without a value leave the default", async () => {
    const { config, lines } = await loadWith(
      "expiry:\noauth2: {skipApprovalScreen: , responseTypes: null}\nlogger: ~\nstaticClients:\nstaticPasswords: null\nsigner:\ngrpc:",
    );
    expect(lines).toEqual([]);
    expect(config).toMatchObject({ oauth2: { skipApprovalScreen: false }, logger: { level: "info" }, clients: [] });
  });

  it("of free-form maps are all known", async () => {
    const { lines } = await loadWith("frontend: {extra: {isuer: x, anything: y}}");
    expect(lines).toEqual(["5:12: warning: frontend.extra has no effect yet"]);
  });
});

describe("where text is expected", () => {
  it("numbers and booleans are taken as they were typed", async () => {
    const { config, errors } = await loadText(
      `${smallestConfig.replace("web: {", "web: {tlsMinVersion: 1.2, tlsMaxVersion: 1.3, ")}staticClients: [{id: 007, name: yes, secret: 12345, redirectURIs: [/1, 1.20]}]\n`,
    );
    expect(errors).toEqual([]);
    expect(config?.clients[0]).toMatchObject({ id: "007", name: "yes", redirectUris: ["/1", "1.20"] });
  });

  it("maps and lists are errors, and so is text where something else is expected", async () => {
    const { errors } = await loadWith(
      [
        "frontend: {issuer: [x]}",
        "logger: debug",
        "oauth2: {skipApprovalScreen: maybe}",
        'enablePasswordDB: "true"',
        "staticClients: {id: a}",
        "expiry: {refreshTokens: {maxPerUserAndClient: 0}}",
        "signer: {type: local, config: {algorithm: HS256}}",
      ].join("\n"),
    );
    expect(errors).toEqual([
      "5:20: error: frontend.issuer: must be text",
      "6:9: error: logger: must be a map of keys and values",
      "7:30: error: oauth2.skipApprovalScreen: must be true or false",
      "8:19: error: enablePasswordDB: must be true or false",
      "9:16: error: staticClients: must be a list",
      "10:47: error: expiry.refreshTokens.maxPerUserAndClient: must be at least 1",
      "11:43: error: signer.config.algorithm: must be one of RS256, ES256, EdDSA",
    ]);
  });
});

describe("a wrong type", () => {
  it("hides nothing else that is wrong, and causes no errors of its own", async () => {
    const { errors } = await loadText(
      [
        "issuer: https://sso.example.com",
        "storage: {type: [memory]}",
        "web: {http: {port: 1}}",
        "connectors: {}",
        "enablePasswordDB: 'yes'",
        "staticPasswords: [{email: a@example.com, userID: a, hash: [x]}]",
        "staticClients:",
        "  - text",
        "  - {id: a, name: A, secret: {}, redirectURIs: [[x], '/a#b', 'c#d'], public: 'no'}",
        "  - {id: b, name: B, secret: s, trustedPeers: [text], allowedConnectors: [x]}",
        "expiry: {idTokens: 1d}",
      ].join("\n"),
    );
    expect(errors).toEqual([
      "2:17: error: storage.type: must be text",
      "3:13: error: web.http: must be text",
      "4:13: error: connectors: must be a list",
      "5:19: error: enablePasswordDB: must be true or false",
      "6:59: error: staticPasswords.0.hash: must be text",
      "8:5: error: staticClients.0: must be a map of keys and values",
      "9:30: error: staticClients.1.secret: must be text",
      "9:49: error: staticClients.1.redirectURIs.0: must be text",
      "9:54: error: redirect URI /a#b: must have no fragment",
      "9:62: error: redirect URI c#d: must have no fragment",
      "9:78: error: staticClients.1.public: must be true or false",
      expect.stringMatching(/^11:20: error: expiry\.idTokens: "1d" has the unknown unit "d"/),
    ]);
  });
});

describe("keys of later work", () => {
  it.each([
    ["grpc: {addr: ':1'}", "grpc"],
    ["sessions: {absoluteLifetime: 1h}", "sessions"],
    ["telemetry: {enableProfiling: true}", "telemetry.enableProfiling"],
    ["frontend: {theme: dark}", "frontend.theme"],
    ["frontend: {dir: web}", "frontend.dir"],
    ["frontend: {logoURL: x}", "frontend.logoURL"],
    ["oauth2: {passwordConnector: local}", "oauth2.passwordConnector"],
    ["expiry: {deviceRequests: 5m}", "expiry.deviceRequests"],
    [
      "staticClients: [{id: a, name: A, secret: s, postLogoutRedirectURIs: [/x]}]",
      "staticClients.0.postLogoutRedirectURIs",
    ],
    ["staticClients: [{id: a, name: A, secret: s, backchannelLogoutURI: /x}]", "staticClients.0.backchannelLogoutURI"],
    ["staticClients: [{id: a, name: A, secret: s, ssoSharedWith: ['*']}]", "staticClients.0.ssoSharedWith"],
    [
      "staticClients: [{id: a, name: A, secret: s, clientCredentialsClaims: {groups: [x]}}]",
      "staticClients.0.clientCredentialsClaims",
    ],
  ])("%s has no effect yet: a warning", async (text, key) => {
    const { config, lines } = await loadWith(text);
    expect(config).toBeDefined();
    expect(lines).toEqual([expect.stringMatching(`warning: ${key} has no effect yet`)]);
  });

  it("are silent where they are empty or off", async () => {
    const text =
      "grpc: {}\nsessions:\ntelemetry: {enableProfiling: false}\nfrontend: {theme: '', extra: {}}\nmfa: {authenticators: []}\nstaticClients: [{id: a, name: A, secret: s, ssoSharedWith: [], mfaChain: []}]";
    expect((await loadWith(text)).lines).toEqual([]);
  });

  it.each([
    ["mfa: {authenticators: [{id: totp, type: TOTP}]}", "mfa: not supported yet"],
    ["mfa: {defaultMFAChain: [totp]}", "mfa.defaultMFAChain: not supported yet"],
    ["staticClients: [{id: a, name: A, secret: s, mfaChain: [totp]}]", "mfaChain: not supported yet"],
    ["staticClients: [{id: a, name: A, secret: s, refreshTokenLifetime: session}]", "session is not supported yet"],
    ["staticClients: [{id: a, name: A, secret: s, refreshTokenLifetime: 24h}]", 'want "standalone" or "session"'],
    ["signer: {type: vault, config: {addr: x, token: y, keyName: z}}", "signer type vault: not supported yet"],
    ["storage: {type: postgres, config: {host: x, ssl: {mode: disable}}}", "storage type postgres: not supported yet"],
  ])("that decide who gets in, where state lives or what signs are refused: %s", async (text, message) => {
    const { config, errors } = await loadWith(text);
    expect(config).toBeUndefined();
    expect(errors).toEqual([expect.stringContaining(message)]);
  });
});
