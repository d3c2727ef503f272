import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSubject } from "../../src/oidc/subject.js";
import { type Forge, type ForgeSettings, forgeClient } from "../support/forge-simulator.js";
import { createHttpBrowser, locationQuery } from "../support/http-browser.js";
import { authorizeUrl, photos, post, readClaims, type TokenReply } from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";
import { bitbucketApiPath, startBitbucket } from "./bitbucket-cloud/simulator.js";
import { startGitea } from "./gitea/simulator.js";
import { githubApiPath, startGitHub } from "./github/simulator.js";
import { startGitLab } from "./gitlab/simulator.js";

// A login and its refreshes through the whole product, at forges whose refresh tokens work once and where using one again
// takes everything back.

interface Stand {
  readonly type: string;
  readonly start: (settings: ForgeSettings) => Promise<Forge<object>>;
  readonly addresses: (url: string) => string;
  readonly limits: string;
  readonly personPath: string;
  readonly lifetimeMs: number;
  readonly userId: string;
  readonly groups: readonly string[];
  /** Takes the person out of the groups that may come in. */
  readonly leave: (person: object) => void;
}

const stands: readonly Stand[] = [
  {
    type: "github",
    start: (settings) => startGitHub({ ...settings, expires: true }),
    addresses: (url) => `baseURL: ${url}, apiURL: ${url}${githubApiPath}`,
    limits: "orgs: [{name: acme}]",
    personPath: `${githubApiPath}/user`,
    lifetimeMs: 28_800_000,
    userId: "583231",
    groups: ["acme:Core Team", "acme:ops"],
    leave: (person) => Object.assign(person, { orgs: [] }),
  },
  {
    type: "gitlab",
    start: startGitLab,
    addresses: (url) => `baseURL: ${url}`,
    limits: "groups: [acme, guests]",
    personPath: "/api/v4/user",
    lifetimeMs: 7_200_000,
    userId: "12345678",
    groups: ["acme", "guests"],
    leave: (person) => Object.assign(person, { groups: [] }),
  },
  {
    type: "gitea",
    start: startGitea,
    addresses: (url) => `baseURL: ${url}`,
    limits: "orgs: [{name: acme, teams: [ops]}]",
    personPath: "/api/v1/user",
    lifetimeMs: 3_600_000,
    userId: "4711",
    groups: ["acme", "acme:ops"],
    leave: (person) => Object.assign(person, { teams: [] }),
  },
  {
    type: "bitbucket-cloud",
    start: startBitbucket,
    addresses: (url) => `baseURL: ${url}, apiURL: ${url}${bitbucketApiPath}`,
    limits: "teams: [guild]",
    personPath: `${bitbucketApiPath}/user`,
    lifetimeMs: 7_200_000,
    userId: "{c788b2da-b7a2-404c-9e26-d3f077557007}",
    groups: ["guild"],
    leave: (person) => Object.assign(person, { workspaces: [] }),
  },
];

const music = { id: "music", secret: "music-secret-0123456789", redirectUri: "https://music.example.com/callback" };
type App = typeof music;

describe.each(stands)("$type", (stand) => {
  let now: number;
  let forge: Forge<object>;
  let server: TestServer;

  beforeEach(async () => {
    now = Date.parse("2026-03-14T09:26:53Z");
    const port = await findFreePort();
    const redirectUri = `http://127.0.0.1:${port}/dex/callback`;
    forge = await stand.start({ redirectUri, clock: () => now });
    const apps = [photos, music].map(
      ({ id, secret, redirectUri }) =>
        `  - {id: ${id}, name: ${id}, secret: ${secret}, redirectURIs: ["${redirectUri}"]}`,
    );
    const id = `clientID: ${forgeClient.clientID}, clientSecret: "${forgeClient.clientSecret}", redirectURI: "${redirectUri}"`;
    const config = `{${id}, ${stand.addresses(forge.url)}, ${stand.limits}}`;
    server = await startTestServer({
      port,
      yaml: `
storage: { type: memory }
oauth2: { skipApprovalScreen: true }
connectors:
  - { type: ${stand.type}, id: forge, name: Forge, config: ${config} }
staticClients:
${apps.join("\n")}
`,
      parts: { clock: () => now },
    });
  });

  afterEach(async () => {
    await Promise.all([server.stop(), forge.close()]);
  });

  async function logIn({ id, redirectUri, secret }: App): Promise<TokenReply> {
    const browser = createHttpBrowser();
    const extra = { client_id: id, redirect_uri: redirectUri };
    const out = await browser.follow(authorizeUrl(server, { extra }), server.origin);
    const there = await fetch(out.headers.get("location") ?? "", { redirect: "manual" });
    const back = await browser.follow(there.headers.get("location") ?? "", server.origin);
    const code = locationQuery(back).get("code") ?? "";
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    return post(server, "/token", grant, { id, secret });
  }

  function refresh(app: App, { body }: TokenReply): Promise<TokenReply> {
    return post(server, "/token", { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) }, app);
  }

  it("logs people in with the sub that Dex gives them, and with their groups", async () => {
    const { status, body } = await logIn(photos);
    expect(status).toBe(200);
    expect(readClaims(body["id_token"])).toMatchObject({
      sub: createSubject(stand.userId, "forge"),
      email_verified: true,
      groups: stand.groups,
    });
  });

  it("keeps two applications of one person logged in that refresh at once, again and again", async () => {
    let replies = [await logIn(photos), await logIn(music)] as const;
    for (let round = 1; round <= 3; round++) {
      now += stand.lifetimeMs;
      const [first, second] = replies;
      const all = await Promise.all(
        Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? refresh(photos, first) : refresh(music, second))),
      );
      expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
      expect(forge.authority.refreshes).toBe(2 * round);
      replies = [all[0] ?? first, all[1] ?? second];
    }
  });

  it("ends the login of whoever left the groups, and of nobody because the forge is in trouble", async () => {
    const login = await logIn(photos);
    now += stand.lifetimeMs;
    forge.disturb = ({ url }) => (url.pathname === stand.personPath ? { status: 503 } : undefined);
    expect((await refresh(photos, login)).status).toBe(503);
    forge.disturb = () => undefined;
    const healed = await refresh(photos, login);
    expect(healed.status).toBe(200);
    stand.leave(forge.person);
    now += 31_000;
    expect((await refresh(photos, healed)).body["error"]).toBe("invalid_grant");
  });

  it("shows a page, and gives no code, to whoever is in none of the groups", async () => {
    stand.leave(forge.person);
    const browser = createHttpBrowser();
    const out = await browser.follow(authorizeUrl(server), server.origin);
    const there = await fetch(out.headers.get("location") ?? "", { redirect: "manual" });
    const back = await browser.follow(there.headers.get("location") ?? "", server.origin);
    expect(back.status).toBe(403);
  });
});
