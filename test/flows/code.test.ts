import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpBrowser, findAction, locationQuery } from "../support/http-browser.js";
import {
  answerConsent,
  authorizeUrl,
  createPkcePair,
  logIn,
  obtainTokens,
  photos,
  photosYaml,
  post,
  readClaims,
  redeem,
  refresh,
  robinYaml,
  submitPassword,
} from "../support/relying-party.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const epoch = Date.parse("2026-03-14T09:26:53Z");
let now = epoch;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    yaml: `
storage: { type: sqlite3, config: { file: "{folder}/latchkey.db" } }
expiry: { authRequests: 1h }
${photosYaml}
    trustedPeers: [wiki]
  - { id: wiki, name: Wiki, secret: wiki-secret-0123456789, redirectURIs: ["https://wiki.example.com/cb"] }
  - { id: cli, name: Command line, public: true }
${robinYaml}`,
    parts: { clock: () => now },
  });
});

afterAll(async () => {
  await server.stop();
});

describe("authorization code flow (OpenID Connect Core §3.1)", () => {
  it("gives an ID token with the claims that the scopes open, and Dex's sub bytes", async () => {
    const { body } = await obtainTokens(server, {
      user: "robin@example.com",
      scope: "openid email profile groups federated:id",
    });
    const claims = readClaims(body["id_token"]);
    expect(claims).toMatchObject({
      iss: server.issuer,
      sub: "CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs",
      aud: photos.id,
      nonce: "nonce-1",
      email: "robin@example.com",
      email_verified: true,
      groups: ["staff", "photo-club"],
      name: "Robin Example",
      preferred_username: "robin",
      federated_claims: { connector_id: "local", user_id: "08a8684b-db88-4b73-90a9-3cd1661f5466" },
      auth_time: Math.floor(now / 1_000),
    });
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(["jti", "at_hash", "c_hash", "iat", "exp"]));
  });

  it("gives an access token with the same identity and without nonce and hashes", async () => {
    const { body } = await obtainTokens(server, { scope: "openid email" });
    const claims = readClaims(body["access_token"]);
    expect(claims).toMatchObject({ client_id: photos.id, scope: "openid email", email: "robin@example.com" });
    expect(claims["jti"]).toMatch(/^[\w-]{43}\.[\w-]{22}$/);
    for (const name of ["nonce", "at_hash", "c_hash"]) expect(claims[name]).toBeUndefined();
  });

  it("answers in the seed form, without a refresh token when offline_access was not asked for", async () => {
    const { body, headers } = await obtainTokens(server, { scope: "openid" });
    expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "id_token", "token_type"]);
    expect([headers.get("cache-control"), headers.get("pragma")]).toEqual(["no-store", "no-cache"]);
  });

  it("returns state and iss with the code (RFC 9207 §2)", async () => {
    const query = locationQuery(await logIn(server));
    expect([query.get("state"), query.get("iss")]).toEqual(["state-1", server.issuer]);
  });

  it("tells the client access_denied when consent is refused, and gives no code later", async () => {
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    const consent = await submitPassword(browser, server, form, "robin@example.com");
    const denied = await answerConsent(browser, server, consent, "rejected");
    expect(locationQuery(denied).get("error")).toBe("access_denied");
    const again = await answerConsent(browser, server, consent, "approve");
    expect(again.body).toContain("already");
    expect(again.headers.get("location")).toBeNull();
  });

  it("puts peers that trust the client into aud and names the client in azp", async () => {
    const wiki = { id: "wiki", secret: "wiki-secret-0123456789" };
    const browser = createHttpBrowser();
    const url = `${server.issuer}/auth?${new URLSearchParams({
      client_id: "wiki",
      redirect_uri: "https://wiki.example.com/cb",
      response_type: "code",
      scope: "openid audience:server:client_id:photos",
    })}`;
    const consent = await submitPassword(
      browser,
      server,
      await browser.follow(url, server.origin),
      "robin@example.com",
    );
    const code = locationQuery(await answerConsent(browser, server, consent, "approve")).get("code") ?? "";
    const form = { grant_type: "authorization_code", code, redirect_uri: "https://wiki.example.com/cb" };
    const { body } = await post(server, "/token", form, wiki);
    expect(readClaims(body["id_token"])).toMatchObject({ aud: ["photos", "wiki"], azp: "wiki" });
  });

  it("refuses a peer that does not trust the client with invalid_scope", async () => {
    const browser = createHttpBrowser();
    const visit = await browser.request(authorizeUrl(server, { scope: "openid audience:server:client_id:wiki" }));
    expect([visit.status, locationQuery(visit).get("error")]).toEqual([303, "invalid_scope"]);
  });
});

describe("redeeming a code (RFC 6749 §4.1.3)", () => {
  it("lets a code be used once and ends everything it gave when it comes again", async () => {
    const code = locationQuery(await logIn(server)).get("code") ?? "";
    const first = await redeem(server, code);
    expect(first.status).toBe(200);
    expect((await redeem(server, code)).body["error"]).toBe("invalid_grant");
    expect((await refresh(server, first.body["refresh_token"])).body["error"]).toBe("invalid_grant");
    const userinfo = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${first.body["access_token"]}` },
    });
    expect(userinfo.status).toBe(401);
  });

  it("gives one success to 20 redemptions at once, and then everything it issued is dead", async () => {
    const code = locationQuery(await logIn(server)).get("code") ?? "";
    const replies = await Promise.all(Array.from({ length: 20 }, () => redeem(server, code)));
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect((await refresh(server, won[0]?.body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("refuses another redirect_uri and another client, and leaves the code usable", async () => {
    const code = locationQuery(await logIn(server)).get("code") ?? "";
    const wrong = { grant_type: "authorization_code", code, redirect_uri: "https://photos.example.com/other" };
    expect((await post(server, "/token", wrong)).body["error"]).toBe("invalid_grant");
    const right = { grant_type: "authorization_code", code, redirect_uri: photos.redirectUri };
    const wiki = { id: "wiki", secret: "wiki-secret-0123456789" };
    expect((await post(server, "/token", right, wiki)).body["error"]).toBe("invalid_grant");
    expect((await post(server, "/token", right)).status).toBe(200);
  });

  it("refuses a code after its lifetime", async () => {
    const code = locationQuery(await logIn(server)).get("code") ?? "";
    now += 600_001;
    expect((await redeem(server, code)).body["error"]).toBe("invalid_grant");
  });

  it("requires the verifier that fits the challenge (RFC 7636 §4.6)", async () => {
    const { verifier, challenge } = createPkcePair();
    const code = locationQuery(
      await logIn(server, { extra: { code_challenge: challenge, code_challenge_method: "S256" } }),
    ).get("code");
    const form = { grant_type: "authorization_code", code: code ?? "", redirect_uri: photos.redirectUri };
    expect((await post(server, "/token", form)).body["error"]).toBe("invalid_grant");
    expect((await post(server, "/token", { ...form, code_verifier: `${verifier}x` })).body["error"]).toBe(
      "invalid_grant",
    );
    expect((await post(server, "/token", { ...form, code_verifier: verifier })).status).toBe(200);
  });

  it("refuses a verifier for a code without a challenge (RFC 9700 §2.1.1, downgrade)", async () => {
    const code = locationQuery(await logIn(server)).get("code") ?? "";
    const form = {
      grant_type: "authorization_code",
      code,
      redirect_uri: photos.redirectUri,
      code_verifier: "x".repeat(43),
    };
    expect((await post(server, "/token", form)).body["error"]).toBe("invalid_grant");
  });

  it("serves a public client on a loopback port with PKCE and without a secret (RFC 8252 §7.3)", async () => {
    const { verifier, challenge } = createPkcePair();
    const redirectUri = "http://127.0.0.1:51234/callback";
    const browser = createHttpBrowser();
    const url = `${server.issuer}/auth?${new URLSearchParams({
      client_id: "cli",
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid offline_access",
      code_challenge: challenge,
      code_challenge_method: "S256",
    })}`;
    const consent = await submitPassword(
      browser,
      server,
      await browser.follow(url, server.origin),
      "robin@example.com",
    );
    const code = locationQuery(await answerConsent(browser, server, consent, "approve")).get("code") ?? "";
    const form = {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      client_id: "cli",
    };
    const tokens = await fetch(`${server.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
    expect(tokens.status).toBe(200);
  });
});

describe("client authentication (RFC 6749 §2.3.1)", () => {
  it("takes Basic or body credentials, never two secrets at once", async () => {
    const body = {
      grant_type: "refresh_token",
      refresh_token: "x",
      client_id: photos.id,
      client_secret: photos.secret,
    };
    const inBody = await fetch(`${server.issuer}/token`, { method: "POST", body: new URLSearchParams(body) });
    expect(await inBody.json()).toMatchObject({ error: "invalid_grant" });
    expect((await post(server, "/token", body)).body["error"]).toBe("invalid_request");
  });

  it("answers a wrong secret with 401 and WWW-Authenticate for Basic", async () => {
    const reply = await post(
      server,
      "/token",
      { grant_type: "refresh_token", refresh_token: "x" },
      { id: photos.id, secret: "wrong" },
    );
    expect([reply.status, reply.body["error"]]).toEqual([401, "invalid_client"]);
    expect(reply.headers.get("www-authenticate")).toMatch(/^Basic /);
  });

  it("gives the same answer for an unknown client", async () => {
    const known = await post(
      server,
      "/token",
      { grant_type: "refresh_token", refresh_token: "x" },
      { id: photos.id, secret: "wrong" },
    );
    const unknown = await post(
      server,
      "/token",
      { grant_type: "refresh_token", refresh_token: "x" },
      { id: "nobody", secret: "wrong" },
    );
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  });
});

describe("revocation (RFC 7009)", () => {
  it("ends the whole grant with its refresh token", async () => {
    const { body } = await obtainTokens(server);
    expect((await post(server, "/revoke", { token: String(body["refresh_token"]) })).status).toBe(200);
    expect((await refresh(server, body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("ends the grant also with a token that was superseded long ago", async () => {
    const { body } = await obtainTokens(server);
    const later = await refresh(server, body["refresh_token"]);
    now += 60_000;
    expect((await post(server, "/revoke", { token: String(body["refresh_token"]) })).status).toBe(200);
    expect((await refresh(server, later.body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("ends one access token and leaves the grant", async () => {
    const { body } = await obtainTokens(server);
    const authorization = `Bearer ${body["access_token"]}`;
    expect((await fetch(`${server.issuer}/userinfo`, { headers: { authorization } })).status).toBe(200);
    expect((await post(server, "/revoke", { token: String(body["access_token"]) })).status).toBe(200);
    expect((await fetch(`${server.issuer}/userinfo`, { headers: { authorization } })).status).toBe(401);
    expect((await refresh(server, body["refresh_token"])).status).toBe(200);
  });

  it("answers 200 for an unknown token and refuses another client's, which keeps working", async () => {
    const { body } = await obtainTokens(server);
    expect((await post(server, "/revoke", { token: "unknown" })).status).toBe(200);
    const wiki = { id: "wiki", secret: "wiki-secret-0123456789" };
    expect((await post(server, "/revoke", { token: String(body["refresh_token"]) }, wiki)).status).toBe(400);
    expect((await refresh(server, body["refresh_token"])).status).toBe(200);
  });
});

describe("the login page", () => {
  it("takes name and password posted to its own address alone, as scripts for Dex do", async () => {
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    const consent = await browser.follow(form.url, server.origin, { login: "robin@example.com", password: "password" });
    expect(consent.url).toContain("/approval?req=");
    const done = await browser.follow(consent.url, server.origin, {
      req: new URL(consent.url).searchParams.get("req") ?? "",
      approval: "approve",
    });
    expect(locationQuery(done).get("code")).not.toBeNull();
  });

  it("answers a wrong password with the form again, 401 and the same words as for an unknown user", async () => {
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    const wrong = await submitPassword(browser, server, form, "robin@example.com", "wrong");
    const unknown = await submitPassword(browser, server, form, "nobody@example.com", "wrong");
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(unknown.body.replaceAll("nobody@", "robin@")).toBe(wrong.body);
  });

  it("offers a way on when the page was open too long", async () => {
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    now += 3_600_001;
    const late = await submitPassword(browser, server, form, "robin@example.com");
    expect(late.status).toBe(400);
    expect(late.body).toContain("https://photos.example.com/");
  });

  it("posts back to the page's own address", async () => {
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    expect(findAction(form.body, form.url)).toBe(form.url);
  });
});
