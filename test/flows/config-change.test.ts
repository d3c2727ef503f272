import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpBrowser } from "../support/http-browser.js";
import {
  authorizeUrl,
  obtainTokens,
  photosYaml,
  readClaims,
  refresh,
  robinYaml,
  submitPassword,
} from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

let folder: string;
let port: number;
let server: TestServer;

const wiki = `
  - { id: wiki, name: Wiki, secret: wiki-secret-0123456789, redirectURIs: ["https://wiki.example.com/cb"]`;

/** The same store and issuer, started (again) with this configuration. */
async function restart(yaml: string): Promise<void> {
  await server?.stop();
  server = await startTestServer({
    yaml: `storage: { type: sqlite3, config: { file: "{folder}/latchkey.db" } }\noauth2: { skipApprovalScreen: true }\n${yaml}`,
    folder,
    port,
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-change-"));
  port = await findFreePort();
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a configuration that changes under living grants", () => {
  it("keeps refresh tokens, keys and sub over a restart", async () => {
    await restart(`${photosYaml}${robinYaml}`);
    const { body } = await obtainTokens(server);
    const keys = await (await fetch(`${server.issuer}/keys`)).text();
    await restart(`${photosYaml}${robinYaml}`);
    expect(await (await fetch(`${server.issuer}/keys`)).text()).toBe(keys);
    const again = await refresh(server, body["refresh_token"]);
    expect(readClaims(again.body["id_token"])["sub"]).toBe(readClaims(body["id_token"])["sub"]);
  });

  it("refuses a refresh while the connector is gone, and takes it again when it is back", async () => {
    await restart(`${photosYaml}${robinYaml}`);
    const { body } = await obtainTokens(server);
    await restart(`${photosYaml}connectors: [{ type: mockCallback, id: mock, name: Mock }]`);
    expect((await refresh(server, body["refresh_token"])).body["error"]).toBe("invalid_grant");
    await restart(`${photosYaml}${robinYaml}`);
    expect((await refresh(server, body["refresh_token"])).status).toBe(200);
  });

  it("limits login and refresh to allowedGroups, also for grants from before (security cases 5, 6, 49)", async () => {
    await restart(`${photosYaml}${robinYaml}`);
    const { body } = await obtainTokens(server);
    await restart(`${photosYaml}    allowedGroups: [guests]\n${robinYaml}`);
    expect((await refresh(server, body["refresh_token"])).body["error"]).toBe("invalid_grant");
    const browser = createHttpBrowser();
    const form = await browser.follow(authorizeUrl(server), server.origin);
    const turnedAway = await submitPassword(browser, server, form, "robin@example.com");
    expect([turnedAway.status, turnedAway.headers.get("location")]).toEqual([403, null]);
    expect(turnedAway.body).toContain("error=access_denied");
    expect((await obtainTokens(server, { user: "sam@example.com" })).status).toBe(200);
  });

  it("limits login and refresh to allowedConnectors", async () => {
    const mock = "connectors: [{ type: mockCallback, id: mock, name: Mock }]\n";
    await restart(`${photosYaml}${robinYaml}`);
    const { body } = await obtainTokens(server);
    await restart(`${photosYaml}    allowedConnectors: [mock]\n${mock}${robinYaml}`);
    expect((await refresh(server, body["refresh_token"])).body["error"]).toBe("invalid_grant");
    const only = await createHttpBrowser().request(authorizeUrl(server));
    expect(only.headers.get("location")).toContain("/callback?state=");
    const forced = await createHttpBrowser().request(authorizeUrl(server).replace("/auth?", "/auth/local?"));
    expect([forced.status, forced.headers.get("location")]).toEqual([400, null]);
  });

  it("drops an audience whose client has withdrawn its trust (dex-behaviour §5.5)", async () => {
    await restart(`${photosYaml}${wiki}, trustedPeers: [photos] }\n${robinYaml}`);
    const { body } = await obtainTokens(server, { scope: "openid offline_access audience:server:client_id:wiki" });
    expect(readClaims(body["id_token"])["aud"]).toEqual(["wiki", "photos"]);
    await restart(`${photosYaml}${wiki} }\n${robinYaml}`);
    expect((await refresh(server, body["refresh_token"])).body["error"]).toBe("invalid_scope");
  });

  it("ends access tokens of a client that was removed", async () => {
    await restart(`${photosYaml}${wiki} }\n${robinYaml}`);
    const { body } = await obtainTokens(server);
    const headers = { authorization: `Bearer ${body["access_token"]}` };
    expect((await fetch(`${server.issuer}/userinfo`, { headers })).status).toBe(200);
    await restart(`staticClients:${wiki} }\n${robinYaml}`);
    expect((await fetch(`${server.issuer}/userinfo`, { headers })).status).toBe(401);
  });

  it("lets a person without userID in, as Dex does, with the sub of an empty id", async () => {
    await restart(`${photosYaml}${robinYaml.replace(/ {4}userID: 08a8.*\n/, "")}`);
    const { body } = await obtainTokens(server);
    expect(readClaims(body["id_token"])["sub"]).toBe("EgVsb2NhbA");
  });

  it("gives no refresh token and says so in scope where oauth2.grantTypes leaves refresh_token out (RFC 6749 §5.1)", async () => {
    server = await startTestServer({
      yaml: `storage: { type: memory }\noauth2: { skipApprovalScreen: true, grantTypes: [authorization_code] }\n${photosYaml}${robinYaml}`,
    });
    const { body } = await obtainTokens(server, { scope: "openid email offline_access" });
    expect([body["refresh_token"], body["scope"]]).toEqual([undefined, "openid email"]);
    expect((await refresh(server, "x")).body["error"]).toBe("unsupported_grant_type");
  });
});
