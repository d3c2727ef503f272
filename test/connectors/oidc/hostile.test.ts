import { createPublicKey } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connector } from "../../../src/connectors/port.js";
import { plainHttp } from "../../support/connector-context.js";
import { finishLogin, openConnector, refreshAt, requirePerson, startLogin } from "../../support/connector-login.js";
import type { UpstreamHandler } from "../../support/http-upstream.js";
import {
  createProviderKey,
  halfHash,
  type SigningProvider,
  signWith,
  startSigningProvider,
} from "../../support/signing-provider.js";

const startSeconds = 1_790_000_000;
type Wrong = [string, UpstreamHandler, string];
let provider: SigningProvider;
let now: number;
let connector: Connector;
let warnings: string[];

beforeAll(async () => {
  provider = await startSigningProvider(startSeconds);
});

beforeEach(async () => {
  provider.reset();
  now = startSeconds * 1_000;
  warnings = [];
  connector = await open();
});

afterEach(async () => connector.close?.());
afterAll(() => provider.close());

function open(changes: Record<string, unknown> = {}, timeoutMs = 5_000): Promise<Connector> {
  return openConnector(
    "oidc",
    { issuer: provider.url, clientID: "latchkey", clientSecret: "s", ...changes },
    { clock: () => now, http: { ...plainHttp, timeoutMs }, warn: (message) => void warnings.push(message) },
  );
}

/** Only who waits for a time-out should not wait long. */
function patienceFor(reason: string): number {
  return reason.includes("in time") ? 300 : 10_000;
}

async function reopen(changes: Record<string, unknown>, timeoutMs?: number): Promise<void> {
  await connector.close?.();
  connector = await open(changes, timeoutMs);
}

describe("an ID token (OpenID Connect Core section 3.1.3.7)", () => {
  it("is believed where everything is right", async () => {
    expect(await finishLogin(connector)).toEqual({
      outcome: "ok",
      identity: {
        userId: "u-1",
        username: "Ann Example",
        preferredUsername: "",
        email: "ann@example.com",
        emailVerified: true,
        groups: [],
      },
      connectorData: JSON.stringify({ RefreshToken: Buffer.from("refresh-1").toString("base64") }),
    });
  });

  it.each([
    ["another issuer", { iss: "https://evil.example" }, "of another issuer"],
    ["the issuer with a slash more", { iss: `http://127.0.0.1/` }, "of another issuer"],
    ["no issuer", { iss: undefined }, "no usable iss"],
    ["another audience", { aud: "somebody-else" }, "meant for another client"],
    ["an audience that only begins like ours", { aud: "latchkey-2" }, "meant for another client"],
    ["no audience", { aud: undefined }, "no usable aud"],
    ["an audience that is no text", { aud: [1] }, "no usable aud"],
    ["several audiences and no azp", { aud: ["latchkey", "other"] }, "azp"],
    ["several audiences, issued to another client", { aud: ["latchkey", "other"], azp: "other" }, "azp"],
    ["a time that is over", { exp: startSeconds - 61 }, "over"],
    ["no end", { exp: undefined }, "no usable exp"],
    ["an end that is text", { exp: String(startSeconds + 300) }, "no usable exp"],
    ["a beginning that is far off", { nbf: startSeconds + 301 }, "not valid yet"],
    ["an issue that is far off", { iat: startSeconds + 301 }, "from the future"],
    ["another login's nonce", { nonce: "of another login" }, "nonce"],
    ["no nonce, though one was sent (O-13)", { nonce: undefined }, "nonce"],
    ["the hash of another access token (section 3.1.3.6)", { at_hash: halfHash("another") }, "at_hash"],
    ["no subject", { sub: undefined }, "no usable sub"],
    ["an empty subject", { sub: "" }, "no usable sub"],
    ["a subject that is a number", { sub: 7 }, "no usable sub"],
  ])("is refused with %s", async (_what, claims, reason) => {
    provider.behaviour.claims = claims;
    await expect(finishLogin(connector)).rejects.toThrow(reason);
  });

  it.each([
    ["a minute of difference between the clocks", { exp: startSeconds - 59 }],
    ["several audiences, issued to us", { aud: ["other", "latchkey"], azp: "latchkey" }],
    ["an azp of its own idea beside one audience", { azp: "whatever" }],
    ["neither iat nor at_hash, which Dex does not ask for", { iat: undefined, at_hash: undefined }],
  ])("is believed with %s", async (_what, claims) => {
    provider.behaviour.claims = claims;
    expect((await finishLogin(connector)).outcome).toBe("ok");
  });

  it("is not read where the answer holds none, or something else", async () => {
    provider.behaviour.tokenAnswer = { id_token: undefined };
    await expect(finishLogin(connector)).rejects.toThrow("no ID token");
    for (const token of ["x", "a.b.c", "..", "a.b.c.d.e"]) {
      provider.behaviour.tokenAnswer = { id_token: token };
      await expect(finishLogin(connector)).rejects.toThrow("no signed JWT");
    }
  });
});

describe("a signature (RFC 8725 section 3)", () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  it.each(["none", "None", "nOnE", ""])("is not done without: alg %j", async (alg) => {
    provider.behaviour.sign = async (claims) => `${encode({ alg })}.${encode(claims)}.`;
    await expect(finishLogin(connector)).rejects.toThrow("signed with");
  });

  it("with the provider's public key as a shared secret is refused, even where the provider lists HS256", async () => {
    provider.behaviour.document = { id_token_signing_alg_values_supported: ["HS256", "none", "ES256"] };
    await reopen({});
    const pem = createPublicKey({ key: provider.key.publicJwk as never, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    for (const secret of [String(pem), JSON.stringify(provider.key.publicJwk), "s"]) {
      provider.behaviour.sign = (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "key-1" }).sign(new TextEncoder().encode(secret));
      await expect(finishLogin(connector)).rejects.toThrow("signed with HS256");
    }
  });

  it("by an algorithm that the provider does not list is refused", async () => {
    const other = await createProviderKey("key-1", "PS256");
    provider.behaviour.keys = [other.publicJwk];
    provider.behaviour.sign = (claims) => signWith(other, claims);
    await expect(finishLogin(connector)).rejects.toThrow("signed with PS256");
  });

  it("by a key of somebody else under a known id is refused", async () => {
    const forged = await createProviderKey("key-1");
    provider.behaviour.sign = (claims) => signWith(forged, claims);
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });

  it("by a key that comes in the token itself is refused (RFC 7515 section 4.1.3)", async () => {
    const forged = await createProviderKey("forged");
    provider.behaviour.sign = (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: "forged", jwk: forged.publicJwk, jku: `${provider.url}/forged` })
        .sign(forged.privateKey);
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
    expect(provider.countRequests("/forged")).toBe(0);
  });

  it("over other claims is refused", async () => {
    provider.behaviour.sign = async (claims) => {
      const [header, , signature] = (await signWith(provider.key, claims)).split(".");
      return [header, encode({ ...claims, sub: "admin" }), signature].join(".");
    };
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });

  it("by a key for encryption is refused", async () => {
    provider.behaviour.keys = [{ ...provider.key.publicJwk, use: "enc" }];
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });

  it.each(["RS256", "ES384", "EdDSA", "PS512"])("by %s is checked, at_hash included", async (algorithm) => {
    const key = await createProviderKey("k", algorithm);
    provider.behaviour.document = { id_token_signing_alg_values_supported: [algorithm] };
    provider.behaviour.keys = [{ kty: "future" }, key.publicJwk];
    provider.behaviour.claims = { at_hash: undefined };
    provider.behaviour.sign = (claims) => signWith(key, claims);
    await reopen({});
    expect((await finishLogin(connector)).outcome).toBe("ok");
    provider.behaviour.claims = { at_hash: "AAAA" };
    await expect(finishLogin(connector)).rejects.toThrow("at_hash");
  });
});

describe("the provider's keys", () => {
  it("are read again when it signs with a new one, and once", async () => {
    await finishLogin(connector);
    const next = await createProviderKey("key-2");
    provider.behaviour.keys = [provider.key.publicJwk, next.publicJwk];
    provider.behaviour.sign = (claims) => signWith(next, claims);
    now += 20_000;
    const before = provider.countRequests("/jwks");
    const results = await Promise.all(Array.from({ length: 5 }, () => finishLogin(connector)));
    expect(results.every(({ outcome }) => outcome === "ok")).toBe(true);
    expect(provider.countRequests("/jwks") - before).toBe(1);
  });

  it("are tried one by one where the token names none", async () => {
    const other = await createProviderKey("key-0");
    provider.behaviour.keys = [other.publicJwk, provider.key.publicJwk];
    provider.behaviour.sign = (claims) => signWith(provider.key, claims, "");
    expect((await finishLogin(connector)).outcome).toBe("ok");
  });

  it("are not asked for by a flood of made-up tokens", async () => {
    await finishLogin(connector);
    const forged = await createProviderKey("made-up");
    now += 20_000;
    const before = provider.countRequests("/jwks");
    for (let index = 0; index < 30; index++) {
      const token = await signWith(forged, { ...provider.honestClaims() }, `made-up-${index}`);
      const input = { scopes: { offlineAccess: false, groups: false }, token };
      const tokenType = "urn:ietf:params:oauth:token-type:id_token";
      expect(await connector.exchangeToken?.({ ...input, tokenType })).toMatchObject({ outcome: "denied" });
      now += 100;
    }
    expect(provider.countRequests("/jwks") - before).toBe(1);
  });

  it("that were withdrawn are no longer believed after an hour", async () => {
    await finishLogin(connector);
    provider.behaviour.keys = [];
    provider.behaviour.claims = { exp: startSeconds + 10_000 };
    now += 3_590_000;
    expect((await finishLogin(connector)).outcome).toBe("ok");
    now += 11_000;
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });

  it("are found where the provider has moved them to", async () => {
    await finishLogin(connector);
    const next = await createProviderKey("key-2");
    provider.behaviour.document = { jwks_uri: `${provider.url}/moved` };
    provider.behaviour.replace = {
      "/moved": () => ({ body: { keys: [next.publicJwk] } }),
      "/jwks": () => ({ status: 410 }),
    };
    provider.behaviour.sign = (claims) => signWith(next, claims);
    provider.behaviour.claims = { exp: startSeconds + 1_000 };
    now += 400_000;
    expect((await finishLogin(connector)).outcome).toBe("ok");
  });

  it.each([
    ["slow", () => undefined, "did not answer in time"],
    ["an error", () => ({ status: 500 }), "/jwks answered 500"],
    ["no JSON", () => ({ body: "<html>" }), "not JSON"],
    ["no key set", () => ({ body: { keys: "none" } }), "unexpected form"],
    ["endless", () => ({ body: "x".repeat(9 * 1024 * 1024) }), "more than"],
    ["elsewhere", () => ({ status: 302, headers: { location: "http://127.0.0.2/jwks" } }), "not followed"],
  ] satisfies Wrong[])("are an error of the upstream where they are %s", async (_what, handler, reason) => {
    provider.behaviour.replace = { "/jwks": handler };
    await reopen({}, patienceFor(reason));
    await expect(finishLogin(connector)).rejects.toThrow(reason);
  });
});

describe("the provider's document", () => {
  it.each<[string, { readonly issuer?: string; readonly [key: string]: unknown }, string]>([
    ["of another issuer", { issuer: "https://evil.example" }, "is the document of https://evil.example"],
    ["with a slash at the end of the issuer", { issuer: "SLASH" }, "the slash at the end counts"],
    ["without token endpoint", { token_endpoint: undefined }, "names no token_endpoint"],
    ["with a script as endpoint", { authorization_endpoint: "javascript:alert(1)" }, "must be an http or https URL"],
    ["without keys", { jwks_uri: undefined }, "names no jwks_uri"],
  ])("%s keeps the connector closed", async (_what, document, reason) => {
    const issuer = document.issuer === "SLASH" ? `${provider.url}/` : document.issuer;
    provider.behaviour.document = { ...document, ...(issuer !== undefined && { issuer }) };
    await expect(open()).rejects.toThrow(reason);
  });

  it.each([
    ["missing", () => ({ status: 404, body: "x" }), "answered 404"],
    ["a page", () => ({ body: "<html>" }), "not JSON"],
    ["slow", () => undefined, "did not answer in time"],
    ["endless", () => ({ body: "x".repeat(9 * 1024 * 1024) }), "more than"],
  ] satisfies Wrong[])("that is %s keeps the connector closed", async (_what, handler, reason) => {
    provider.behaviour.replace = { "/.well-known/openid-configuration": handler };
    await expect(open({}, patienceFor(reason))).rejects.toThrow(reason);
  });

  it("may be of another issuer where issuerAlias says so, and its tokens are then the alias's alone", async () => {
    provider.behaviour.document = { issuer: "https://inner.example/{tenant}" };
    await reopen({ issuerAlias: "https://outer.example" });
    await expect(finishLogin(connector)).rejects.toThrow("of another issuer");
    provider.behaviour.claims = { iss: "https://outer.example" };
    expect((await finishLogin(connector)).outcome).toBe("ok");
  });

  it("keeps its alias, PKCE and logout where an endpoint is overridden (O-11)", async () => {
    provider.behaviour.claims = { iss: "https://outer.example" };
    const override = { providerDiscoveryOverrides: { authURL: "https://front.example/authorize" } };
    await reopen({ issuerAlias: "https://outer.example", ...override });
    const url = await startLogin(connector);
    expect([url.origin, url.searchParams.get("code_challenge_method")]).toEqual(["https://front.example", "S256"]);
    expect(await connector.logout?.({ returnUrl: "https://id.example.com/r", state: "s" })).toBeDefined();
    expect((await finishLogin(connector)).outcome).toBe("ok");
  });

  it("of another issuer is taken with an overridden endpoint as in Dex, with a warning", async () => {
    provider.behaviour.document = { issuer: "https://public.example" };
    provider.behaviour.claims = { iss: "https://public.example" };
    await reopen({ providerDiscoveryOverrides: { tokenURL: `${provider.url}/token` } });
    expect((await finishLogin(connector)).outcome).toBe("ok");
    expect(warnings.join()).toContain("issuerAlias");
  });
});

describe("userinfo (Core section 5.3.2)", () => {
  beforeEach(() => reopen({ getUserInfo: true }));

  it("adds claims, and counts before the ID token", async () => {
    provider.behaviour.userInfo = { body: { sub: "u-1", name: "Ann Userinfo", preferred_username: "ann" } };
    const { identity } = requirePerson(await finishLogin(connector));
    expect([identity.username, identity.preferredUsername, identity.email]).toEqual([
      "Ann Userinfo",
      "ann",
      "ann@example.com",
    ]);
    expect(provider.requests.at(-1)?.headers.authorization).toBe("Bearer access-1");
  });

  it.each([
    ["about somebody else (O-9, security case 14)", { body: { sub: "admin" } }, "not about the person"],
    ["about nobody", { body: { name: "Ann" } }, "not about the person"],
    ["a list", { body: [] }, "unexpected form"],
    ["a page", { body: "<html>" }, "not JSON"],
    ["an error", { status: 503 }, "answered 503"],
    ["a no", { status: 401 }, "answered 401"],
    ["endless", { body: "x".repeat(9 * 1024 * 1024) }, "more than"],
  ])("that is %s is no login", async (_what, reply, reason) => {
    provider.behaviour.userInfo = reply;
    await expect(finishLogin(connector)).rejects.toThrow(reason);
  });

  it("that is signed is checked like a token, and must be for us", async () => {
    const headers = { "content-type": "application/jwt" };
    const reply = async (claims: Record<string, unknown>, key = provider.key) => {
      provider.behaviour.userInfo = { headers, body: await signWith(key, { sub: "u-1", name: "Signed", ...claims }) };
    };
    await reply({ iss: provider.url, aud: "latchkey" });
    expect(requirePerson(await finishLogin(connector)).identity.username).toBe("Signed");
    await reply({ iss: provider.url, aud: "other" });
    await expect(finishLogin(connector)).rejects.toThrow("for another client");
    await reply({ iss: "https://evil.example" });
    await expect(finishLogin(connector)).rejects.toThrow("another issuer");
    await reply({}, await createProviderKey("key-1"));
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });
});

describe("the answer to the authorization request", () => {
  it("of another provider is refused before its code is sent anywhere (RFC 9207 section 2.4)", async () => {
    const before = provider.countRequests("/token");
    expect(await finishLogin(connector, { code: "c", iss: "https://evil.example" })).toMatchObject({
      outcome: "denied",
    });
    expect(provider.countRequests("/token")).toBe(before);
    expect((await finishLogin(connector, { code: "c", iss: provider.url })).outcome).toBe("ok");
  });

  it("must say whose it is where the provider announces that", async () => {
    provider.behaviour.document = { authorization_response_iss_parameter_supported: true };
    await reopen({});
    expect(await finishLogin(connector)).toMatchObject({ outcome: "denied" });
    expect((await finishLogin(connector, { code: "c", iss: provider.url })).outcome).toBe("ok");
  });

  it("that says no is a no", async () => {
    expect(await finishLogin(connector, { error: "access_denied" })).toEqual({
      outcome: "denied",
      detail: "access_denied",
    });
  });
});

describe("a refresh", () => {
  it("takes an ID token without nonce (Core section 12.2), and keeps the new refresh token", async () => {
    const login = requirePerson(await finishLogin(connector));
    provider.behaviour.claims = { nonce: undefined, name: "Ann Married" };
    provider.behaviour.tokenAnswer = { refresh_token: "refresh-2" };
    const again = requirePerson(await refreshAt(connector, login));
    expect(again.identity).toEqual({ ...login.identity, username: "Ann Married" });
    expect(again.connectorData).toContain(Buffer.from("refresh-2").toString("base64"));
    expect(provider.requests.findLast(({ url }) => url.pathname === "/token")?.form.get("refresh_token")).toBe(
      "refresh-1",
    );
  });

  it("keeps the old refresh token where no new one comes", async () => {
    const login = requirePerson(await finishLogin(connector));
    provider.behaviour.tokenAnswer = { refresh_token: undefined };
    expect(requirePerson(await refreshAt(connector, login)).connectorData).toBe(login.connectorData);
  });

  it("asks userinfo where no ID token comes, and must find the same person there", async () => {
    const login = requirePerson(await finishLogin(connector));
    const { name, email, email_verified } = provider.honestClaims();
    provider.behaviour.tokenAnswer = { id_token: undefined };
    provider.behaviour.userInfo = { body: { sub: "u-1", name, email, email_verified } };
    expect(requirePerson(await refreshAt(connector, login)).identity).toEqual(login.identity);
    provider.behaviour.userInfo = { body: { sub: "u-2", name, email, email_verified } };
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
  });

  it("that answers with another person is a no (O-18)", async () => {
    const login = requirePerson(await finishLogin(connector));
    provider.behaviour.claims = { sub: "u-2" };
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
  });

  it("that is refused is a no, and one that fails changes nothing", async () => {
    const login = requirePerson(await finishLogin(connector));
    provider.behaviour.replace = { "/token": () => ({ status: 400, body: { error: "invalid_grant" } }) };
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    provider.behaviour.replace = { "/token": () => ({ status: 503, body: "down" }) };
    await expect(refreshAt(connector, login)).rejects.toThrow("503");
    expect(await refreshAt(connector, { ...login, connectorData: "" })).toMatchObject({ outcome: "denied" });
  });

  it("goes on though the provider's key set answers 401: that is no word about the person", async () => {
    const login = requirePerson(await finishLogin(connector));
    await reopen({});
    provider.behaviour.replace = { "/jwks": () => ({ status: 401 }) };
    provider.behaviour.tokenAnswer = { refresh_token: "refresh-2" };
    expect(await refreshAt(connector, login)).toMatchObject({
      outcome: "unavailable",
      detail: expect.stringContaining("401"),
    });
  });

  it("hands a new refresh token on though what came with it cannot be believed", async () => {
    const login = requirePerson(await finishLogin(connector));
    provider.behaviour.tokenAnswer = { refresh_token: "refresh-2" };
    provider.behaviour.claims = { exp: startSeconds - 1_000 };
    expect(await refreshAt(connector, login)).toMatchObject({
      outcome: "unavailable",
      connectorData: expect.stringContaining(Buffer.from("refresh-2").toString("base64")),
    });
  });

  it("goes on from what Dex stored, an empty token included", async () => {
    const login = requirePerson(await finishLogin(connector));
    const stored = (RefreshToken: string) => ({ ...login, connectorData: JSON.stringify({ RefreshToken }) });
    expect((await refreshAt(connector, stored("cmVmcmVzaC0x"))).outcome).toBe("ok");
    expect((await refreshAt(connector, stored(""))).outcome).toBe("denied");
  });

  it("is not promised where the provider gave no refresh token, and whoever runs us is told once (O-12, O-16)", async () => {
    provider.behaviour.tokenAnswer = { refresh_token: undefined };
    for (let index = 0; index < 3; index++) {
      expect(requirePerson(await finishLogin(connector)).connectorData).toBeUndefined();
    }
    expect(warnings.filter((warning) => warning.includes("no refresh token"))).toHaveLength(1);
  });
});
