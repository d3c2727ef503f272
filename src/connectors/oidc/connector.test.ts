import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  callbackUrl,
  derive,
  finishLogin,
  openConnector,
  refreshAt,
  requirePerson,
  startLogin,
} from "../../../test/support/connector-login.js";
import {
  createProviderKey,
  type SigningProvider,
  signWith,
  startSigningProvider,
} from "../../../test/support/signing-provider.js";
import type { Identity } from "../../records/identity.js";
import { type Connector, ProbeFailure } from "../port.js";

const startSeconds = 1_790_000_000;
let provider: SigningProvider;
let open: Connector[];
let warnings: string[];

beforeAll(async () => {
  provider = await startSigningProvider(startSeconds);
});

beforeEach(() => {
  provider.reset();
  open = [];
  warnings = [];
});

afterEach(async () => {
  for (const connector of open) await connector.close?.();
});
afterAll(() => provider.close());

async function create(settings: Record<string, unknown> = {}): Promise<Connector> {
  const options = { issuer: provider.url, clientID: "latchkey", clientSecret: "s", ...settings };
  const context = { clock: () => startSeconds * 1_000, warn: (message: string) => void warnings.push(message) };
  const connector = await openConnector("oidc", options, context);
  open.push(connector);
  return connector;
}

async function logIn(claims: Record<string, unknown>, settings: Record<string, unknown> = {}): Promise<Identity> {
  provider.behaviour.claims = claims;
  return requirePerson(await finishLogin(await create(settings))).identity;
}

describe("the authorization request of oidc (dex-connectors §5.3)", () => {
  it("asks for openid first, with nonce and PKCE as the provider offers", async () => {
    const url = await startLogin(await create(), { offlineAccess: false, groups: true });
    expect(url.href.startsWith(`${provider.url}/authorize?`)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "latchkey",
      redirect_uri: callbackUrl,
      scope: "openid profile email",
      state: "the state",
      nonce: derive("nonce"),
      code_challenge: createHash("sha256").update(derive("pkce")).digest("base64url"),
      code_challenge_method: "S256",
    });
  });

  it.each([
    [["plain"], undefined, derive("pkce"), "plain"],
    [[], undefined, null, null],
    [undefined, undefined, null, null],
    [["S256"], "plain", derive("pkce"), "plain"],
  ])("has the PKCE of provider (%j) and setting (%s): %s %s (O-3)", async (offered, setting, challenge, method) => {
    provider.behaviour.document = { code_challenge_methods_supported: offered };
    const connector = await create(setting === undefined ? {} : { pkceChallenge: setting });
    const { searchParams } = await startLogin(connector);
    expect([searchParams.get("code_challenge"), searchParams.get("code_challenge_method")]).toEqual([
      challenge,
      method,
    ]);
    expect(searchParams.has("code_verifier")).toBe(false);
    await finishLogin(connector);
    const verifier = provider.requests.findLast(({ url }) => url.pathname === "/token")?.form.get("code_verifier");
    expect(verifier).toBe(method === null ? null : derive("pkce"));
  });

  it("wants a refresh token in Google's way, and by offline_access where the settings say so (O-12)", async () => {
    const ask = async (settings: Record<string, unknown>, offlineAccess = true) => {
      const { searchParams } = await startLogin(await create(settings), { offlineAccess, groups: false });
      return ["scope", "access_type", "prompt"].map((name) => searchParams.get(name));
    };
    expect(await ask({})).toEqual(["openid profile email", "offline", "consent"]);
    expect(await ask({ promptType: "" })).toEqual(["openid profile email", "offline", null]);
    expect(await ask({ promptType: "login" }, false)).toEqual(["openid profile email", null, null]);
    expect(await ask({ requestOfflineAccess: true, scopes: ["openid", "groups"] })).toEqual([
      "openid groups offline_access",
      "offline",
      "consent",
    ]);
    expect(await ask({ requestOfflineAccess: true, scopes: [] }, false)).toEqual(["openid", null, null]);
  });

  it("sends acr_values as a wish, and tells whoever runs us once that it was not met", async () => {
    const connector = await create({ acrValues: ["mfa", "phr"] });
    expect((await startLogin(connector)).searchParams.get("acr_values")).toBe("mfa phr");
    provider.behaviour.claims = { acr: "phr" };
    await finishLogin(connector);
    expect(warnings).toEqual([]);
    provider.behaviour.claims = { acr: "pwd" };
    for (let index = 0; index < 2; index++) expect((await finishLogin(connector)).outcome).toBe("ok");
    expect(warnings).toHaveLength(1);
  });
});

describe("the client's proof at the token endpoint", () => {
  it.each([
    [{}, undefined, "basic"],
    [{ basicAuthUnsupported: true }, undefined, "body"],
    [{}, ["client_secret_post"], "body"],
    [{}, ["client_secret_post", "client_secret_basic"], "basic"],
    [{ clientSecret: undefined }, undefined, "none"],
  ])("with %j, where the provider lists %j: %s", async (settings, methods, expected) => {
    provider.behaviour.document = { token_endpoint_auth_methods_supported: methods };
    await finishLogin(await create(settings));
    const request = provider.requests.findLast(({ url }) => url.pathname === "/token");
    const inBody = request?.form.has("client_secret") === true ? "body" : "none";
    expect(request?.headers.authorization?.startsWith("Basic ") === true ? "basic" : inBody).toBe(expected);
  });
});

describe("who the claims are about", () => {
  it("is named by userIDKey and userNameKey", async () => {
    const claims = { oid: "o-1", nickname: "annie" };
    expect(await logIn(claims, { userIDKey: "oid", userNameKey: "nickname" })).toMatchObject({
      userId: "o-1",
      username: "annie",
    });
  });

  it.each([
    [{ oid: 7 }, { userIDKey: "oid" }, "oid"],
    [{ oid: "" }, { userIDKey: "oid" }, "oid"],
    [{}, { userIDKey: "constructor" }, "constructor"],
    [{ name: undefined }, {}, "name"],
    [{ name: 7 }, {}, "name"],
    [{ email: undefined }, {}, "email"],
    [{ email: undefined }, { claimMapping: { email: "mail" } }, "mail"],
    [{ email_verified: undefined }, {}, "email_verified"],
  ])("is nobody where a claim is missing that Dex needs: %j with %j", async (claims, settings, claim) => {
    await expect(logIn(claims, settings)).rejects.toThrow(`no claim ${claim}`);
  });

  it("may be without e-mail address where that was not asked for", async () => {
    const claims = { email: undefined, email_verified: undefined };
    expect(await logIn(claims, { scopes: ["profile"] })).toMatchObject({ email: "", emailVerified: false });
  });

  it.each([
    [undefined, true, true],
    [false, true, false],
    ["true", false, true],
    ["false", true, true],
    [true, false, true],
  ])(
    "has a verified address for email_verified %j and insecureSkipEmailVerified %s: %s",
    async (claim, skip, expected) => {
      const identity = await logIn({ email_verified: claim }, { insecureSkipEmailVerified: skip });
      expect(identity.emailVerified).toBe(expected);
    },
  );

  it("is named by mapped claims where the standard ones are missing, or overridden", async () => {
    const claimMapping = { preferred_username: "upn", email: "mail" };
    const mapped = { upn: "ann@corp", mail: "ann@corp.example" };
    const standard = { ...mapped, preferred_username: "ann" };
    const names = ({ preferredUsername, email }: Identity) => [preferredUsername, email];
    expect(names(await logIn(standard, { claimMapping }))).toEqual(["ann", "ann@example.com"]);
    expect(names(await logIn({ ...mapped, email: undefined }, { claimMapping }))).toEqual([
      "ann@corp",
      "ann@corp.example",
    ]);
    expect(names(await logIn(standard, { claimMapping, overrideClaimMapping: true }))).toEqual([
      "ann@corp",
      "ann@corp.example",
    ]);
    const lost = await logIn({ preferred_username: "ann", mail: "m" }, { claimMapping, overrideClaimMapping: true });
    expect(lost.preferredUsername).toBe("");
  });
});

describe("groups", () => {
  const enabled = { insecureEnableGroups: true };

  it.each([
    ["texts", { groups: ["a", "b", "a"] }, {}, ["a", "b", "a"]],
    ["one text", { groups: "a" }, {}, ["a"]],
    ["objects, those without name left out", { groups: [{ name: "a", id: 1 }, { id: 2 }, "b"] }, {}, ["a", "b"]],
    ["none", {}, {}, []],
    ["a number", { groups: 7 }, {}, []],
    ["a mapped claim", { roles: ["r"] }, { claimMapping: { groups: "roles" } }, ["r"]],
    ["the standard claim first", { groups: ["g"], roles: ["r"] }, { claimMapping: { groups: "roles" } }, ["g"]],
    [
      "a mapped claim first",
      { groups: ["g"], roles: "r" },
      { claimMapping: { groups: "roles" }, overrideClaimMapping: true },
      ["r"],
    ],
  ])("are read from %s", async (_what, claims, settings, expected) => {
    expect((await logIn(claims, { ...enabled, ...settings })).groups).toEqual(expected);
  });

  it("are not read without insecureEnableGroups", async () => {
    expect((await logIn({ groups: ["a"] })).groups).toEqual([]);
  });

  it.each([[[["nested"]]], [[null]], [[7]]])("that are none stop the login: %j", async (groups) => {
    await expect(logIn({ groups }, enabled)).rejects.toThrow("no group");
  });

  it("pass the filter, one that stands alone too (O-29), and get prefix and suffix", async () => {
    const claimModifications = {
      filterGroupClaims: { groupsFilter: "^team-" },
      modifyGroupNames: { prefix: "up/", suffix: "@x" },
    };
    const settings = { ...enabled, claimModifications };
    expect((await logIn({ groups: ["team-1", "ops", { name: "team-2" }] }, settings)).groups).toEqual([
      "up/team-1@x",
      "up/team-2@x",
    ]);
    expect((await logIn({ groups: "ops" }, settings)).groups).toEqual([]);
  });

  it("are made of other claims, as in Dex", async () => {
    const newGroupFromClaims = [
      { claims: ["org", "role", "none"], delimiter: "-", clearDelimiter: true, prefix: "bk" },
      { claims: ["org"], delimiter: "::" },
      { claims: ["none", "count"], delimiter: ":", prefix: "lost" },
    ];
    const claims = { org: "a-b", role: "admin", count: 7, groups: ["g"] };
    expect((await logIn(claims, { claimModifications: { newGroupFromClaims } })).groups).toEqual([
      "bk-ab-admin",
      "::a-b",
    ]);
  });

  it("limit login and every refresh, whatever scopes the client asked for (O-8)", async () => {
    const connector = await create({ ...enabled, allowedGroups: ["staff", "ops"] });
    const scopes = { offlineAccess: true, groups: false };
    provider.behaviour.claims = { groups: ["guests"] };
    expect(await finishLogin(connector, { code: "c" }, scopes)).toMatchObject({ outcome: "denied" });
    provider.behaviour.claims = { groups: undefined };
    expect(await finishLogin(connector, { code: "c" }, scopes)).toMatchObject({ outcome: "denied" });
    provider.behaviour.claims = { groups: ["guests", "ops"] };
    const login = requirePerson(await finishLogin(connector, { code: "c" }, scopes));
    expect(login.identity.groups).toEqual(["ops"]);
    provider.behaviour.claims = { groups: ["guests"] };
    expect(await refreshAt(connector, login, scopes)).toMatchObject({ outcome: "denied" });
  });
});

describe("logout at the provider (RP-Initiated Logout 1.0 section 2)", () => {
  const input = { returnUrl: "https://id.example.com/dex/logout/callback", state: "st" };

  it("keeps the query of the endpoint", async () => {
    const connector = await create();
    expect(await connector.logout?.(input)).toEqual({
      url: `${provider.url}/logout?tenant=1&post_logout_redirect_uri=${encodeURIComponent(input.returnUrl)}&client_id=latchkey&state=st`,
    });
  });

  it("leads nowhere where the provider has no endpoint", async () => {
    provider.behaviour.document = { end_session_endpoint: undefined };
    expect(await (await create()).logout?.(input)).toBeUndefined();
  });
});

describe("token exchange (RFC 8693)", () => {
  const types = {
    id: "urn:ietf:params:oauth:token-type:id_token",
    access: "urn:ietf:params:oauth:token-type:access_token",
    refresh: "urn:ietf:params:oauth:token-type:refresh_token",
  };
  const scopes = { offlineAccess: false, groups: true };

  async function exchange(type: keyof typeof types, token: string, settings: Record<string, unknown> = {}) {
    return (await create(settings)).exchangeToken?.({ scopes, tokenType: types[type], token });
  }

  function sign(claims: Record<string, unknown>): Promise<string> {
    return signWith(provider.key, { ...provider.honestClaims(), nonce: "of their login", ...claims });
  }

  it("takes an ID token for us, and leaves no upstream credential behind", async () => {
    const result = await exchange("id", await sign({}));
    expect(result).toMatchObject({ outcome: "ok", identity: { userId: "u-1" } });
    expect(result).not.toHaveProperty("connectorData");
  });

  it.each([
    ["for another client (O-10)", { aud: "other-app" }],
    ["issued to another client, for us among its audiences", { azp: "other-app" }],
    ["that is an access token of Keycloak", { typ: "Bearer" }],
    ["that is a logout token", { events: { "http://schemas.openid.net/event/backchannel-logout": {} } }],
    ["that is over", { exp: startSeconds - 100 }],
    ["of another issuer", { iss: "https://evil.example" }],
  ])("takes no ID token %s", async (_what, claims) => {
    expect(await exchange("id", await sign(claims))).toMatchObject({ outcome: "denied" });
  });

  it("takes those of clients that the settings name, or everybody's as in Dex", async () => {
    const token = await sign({ aud: "other-app" });
    for (const tokenExchangeAudiences of [["other-app"], ["*"]]) {
      expect(await exchange("id", token, { tokenExchangeAudiences })).toMatchObject({ outcome: "ok" });
    }
    expect(await exchange("id", token, { tokenExchangeAudiences: ["third"] })).toMatchObject({ outcome: "denied" });
  });

  it("takes an access token through userinfo, where it was issued to us", async () => {
    const { name, email, email_verified } = provider.honestClaims();
    provider.behaviour.userInfo = { body: { sub: "u-1", name, email, email_verified } };
    const token = await sign({ aud: "api", azp: "latchkey" });
    expect(await exchange("access", token)).toMatchObject({ outcome: "denied" });
    expect(await exchange("access", token, { getUserInfo: true })).toMatchObject({ outcome: "ok" });
    expect(provider.requests.at(-1)?.headers.authorization).toBe(`Bearer ${token}`);
    for (const claims of [{ aud: "api", azp: "other" }, { aud: "api", client_id: "other" }, { aud: "api" }]) {
      expect(await exchange("access", await sign(claims), { getUserInfo: true })).toMatchObject({ outcome: "denied" });
    }
    provider.behaviour.userInfo = { status: 401 };
    expect(await exchange("access", token, { getUserInfo: true })).toMatchObject({ outcome: "denied" });
  });

  it("takes an access token that cannot be read only where anybody's is taken", async () => {
    const { name, email, email_verified } = provider.honestClaims();
    provider.behaviour.userInfo = { body: { sub: "u-1", name, email, email_verified } };
    expect(await exchange("access", "opaque", { getUserInfo: true })).toMatchObject({ outcome: "denied" });
    const settings = { getUserInfo: true, tokenExchangeAudiences: ["*"] };
    expect(await exchange("access", "opaque", settings)).toMatchObject({ outcome: "ok" });
  });

  it("takes no other token, and nothing that is none", async () => {
    expect(await exchange("refresh", await sign({}))).toMatchObject({ outcome: "denied" });
    for (const token of ["", "x", "a.b.c", "é"])
      expect(await exchange("id", token)).toMatchObject({ outcome: "denied" });
  });

  it("throws where the provider is in trouble: that is no no", async () => {
    provider.behaviour.replace = { "/jwks": () => ({ status: 500 }) };
    await expect(exchange("id", await sign({}))).rejects.toThrow("500");
  });
});

describe("the probe", () => {
  it("says what it found, and that the secret is right", async () => {
    provider.behaviour.document = { scopes_supported: ["openid", "email"] };
    const connector = await create();
    provider.behaviour.replace = { "/token": () => ({ status: 400, body: { error: "invalid_grant" } }) };
    expect(await connector.probe?.()).toEqual([
      `the provider is ${provider.url}; PKCE: plain, S256`,
      "1 key for signatures",
      "the provider does not list the scopes profile",
      "the token endpoint takes clientID and clientSecret",
    ]);
  });

  it.each([
    ["clientSecret", { "/token": () => ({ status: 401, body: { error: "invalid_client" } }) }, {}],
    ["issuer", { "/jwks": () => ({ body: { keys: [] } }) }, {}],
    ["getUserInfo", {}, { userinfo_endpoint: undefined }],
  ])("names the key that is wrong: %s", async (key, replace, document) => {
    provider.behaviour.document = document;
    const connector = await create({ getUserInfo: true });
    provider.behaviour.replace = replace;
    const failure = await connector.probe?.().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProbeFailure);
    expect(failure).toHaveProperty("key", key);
  });
});

it("logins go on while a second key is published (key rotation in two steps)", async () => {
  const connector = await create();
  await finishLogin(connector);
  const next = await createProviderKey("next");
  provider.behaviour.keys = [next.publicJwk, provider.key.publicJwk];
  expect((await finishLogin(connector)).outcome).toBe("ok");
});
