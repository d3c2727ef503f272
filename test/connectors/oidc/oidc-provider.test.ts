import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodePair } from "../../../src/platform/encoding.js";
import { locationQuery, type Visit } from "../../support/http-browser.js";
import { type PeerProvider, peerClient, startOidcProvider } from "../../support/oidc-provider.js";
import { authorizeUrl, photos, photosYaml, readClaims, redeem, refresh } from "../../support/relying-party.js";
import { createSiteBrowser } from "../../support/site-browser.js";
import { findFreePort, startTestServer, type TestServer } from "../../support/test-server.js";

let port: number;
let peer: PeerProvider;
let server: TestServer;
let skewMs: number;

beforeAll(async () => {
  port = await findFreePort();
});

beforeEach(() => {
  skewMs = 0;
});

afterEach(async () => {
  await server.stop();
  await peer.stop();
});

async function start(settings = "", options: Partial<Parameters<typeof startOidcProvider>[0]> = {}): Promise<void> {
  peer = await startOidcProvider({ redirectUri: `http://127.0.0.1:${port}/dex/callback`, ...options });
  peer.people.set("ann", {
    sub: "ann",
    name: "Ann Peer",
    preferred_username: "ann",
    email: "ann@peer.example",
    email_verified: true,
    groups: ["staff", "secret-project", "ops"],
  });
  server = await startTestServer({
    port,
    parts: { clock: () => Date.now() + skewMs },
    yaml: `
storage: { type: memory }
oauth2: { skipApprovalScreen: true }
connectors:
  - type: oidc
    id: peer
    name: Peer
    config:
      issuer: ${peer.issuer}
      clientID: ${peerClient.id}
      clientSecret: ${peerClient.secret}
      redirectURI: "{origin}/dex/callback"
      scopes: [profile, email, groups]
      requestOfflineAccess: true
      insecureEnableGroups: true
      allowedGroups: [staff, ops]
${settings}
${photosYaml}`,
  });
}

/** Walks through the peer's own pages: password, then consent. */
async function logIn(user = "ann"): Promise<Visit> {
  const browser = createSiteBrowser(photos.redirectUri);
  const form = await browser.open(authorizeUrl(server));
  expect(form.url.startsWith(peer.issuer)).toBe(true);
  const consent = await browser.submit(form, { login: user, password: "any" });
  return browser.submit(consent, {});
}

async function obtainTokens() {
  return redeem(server, locationQuery(await logIn()).get("code") ?? "");
}

function countSaved(kind: string): number {
  return peer.saved.filter((row) => row.kind === kind).length;
}

describe("a login at npm's oidc-provider, which wants PKCE and rotates refresh tokens", () => {
  it("ends with our tokens about the peer's person, with Dex's sub", async () => {
    await start();
    const tokens = await obtainTokens();
    expect(readClaims(tokens.body["id_token"])).toMatchObject({
      sub: encodePair({ first: "ann", second: "peer" }),
      name: "Ann Peer",
      preferred_username: "ann",
      email: "ann@peer.example",
      email_verified: true,
      groups: ["staff", "ops"],
    });
  });

  it("is refreshed through every rotation there, and ends when the person loses the group", async () => {
    await start();
    let tokens = await obtainTokens();
    expect(countSaved("RefreshToken")).toBe(1);
    for (let round = 1; round <= 3; round++) {
      skewMs += 31_000;
      peer.people.set("ann", { ...peer.people.get("ann"), sub: "ann", name: `Ann ${round}` });
      tokens = await refresh(server, tokens.body["refresh_token"]);
      expect([tokens.status, readClaims(tokens.body["id_token"])["name"]]).toEqual([200, `Ann ${round}`]);
      expect(countSaved("RefreshToken")).toBe(1 + round);
    }
    skewMs += 31_000;
    peer.people.set("ann", { ...peer.people.get("ann"), sub: "ann", groups: ["guests"] });
    const refused = await refresh(server, tokens.body["refresh_token"]);
    expect([refused.status, refused.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("asks the peer once for two parallel refreshes: its old token would end the grant there", async () => {
    await start();
    const tokens = await obtainTokens();
    skewMs += 31_000;
    const both = await Promise.all([1, 2].map(() => refresh(server, tokens.body["refresh_token"])));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(countSaved("RefreshToken")).toBe(2);
  });

  it("ends when the peer has revoked it", async () => {
    await start();
    const tokens = await obtainTokens();
    skewMs += 31_000;
    peer.revokeAll();
    expect((await refresh(server, tokens.body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("reads claims that only its userinfo has, signed as a JWT", async () => {
    await start("      getUserInfo: true", {
      client: { userinfo_signed_response_alg: "RS256" },
      configuration: { conformIdTokenClaims: true, features: { jwtUserinfo: { enabled: true } } },
    });
    const tokens = await obtainTokens();
    expect(readClaims(tokens.body["id_token"])).toMatchObject({ name: "Ann Peer", groups: ["staff", "ops"] });
    skewMs += 31_000;
    expect((await refresh(server, tokens.body["refresh_token"])).status).toBe(200);
  });

  it("is refused for people in no allowed group, with a way back", async () => {
    await start();
    peer.people.set("bob", { ...peer.people.get("ann"), sub: "bob", groups: ["guests"] });
    const page = await logIn("bob");
    expect([page.status, page.body.includes("error=access_denied")]).toEqual([403, true]);
  });

  it("that the person cancels there is a no here", async () => {
    await start();
    const browser = createSiteBrowser(photos.redirectUri);
    const form = await browser.open(authorizeUrl(server));
    const cancel = /href="([^"]*\/abort)"/.exec(form.body)?.[1] ?? "";
    const page = await browser.open(new URL(cancel, form.url).href);
    expect([page.status, page.body.includes("error=access_denied")]).toEqual([403, true]);
  });
});
