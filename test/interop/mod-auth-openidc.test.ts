import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { kilgore } from "../../src/connectors/shared/invented-person.js";
import { createHttpBrowser, type HttpBrowser, type Visit } from "../support/http-browser.js";
import { describeWithToolchain } from "../support/toolchains.js";
import { type ApacheProcess, findPorts, siteCallback, startApache } from "./apache-process.js";
import { clients, type InteropClient } from "./clients.js";
import { createForgeries, type Forgery, readPublicKey } from "./forged-tokens.js";
import { type ForgingProxy, startForgingProxy } from "./forging-proxy.js";
import { type Issuer, startIssuer } from "./issuer.js";
import { obtainTokens, visitIssuer } from "./log-in.js";

const Claims = z.record(z.string(), z.unknown());
/** What the module tells about its session. */
const Info = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  id_token: Claims,
  userinfo: Claims,
});

interface Site {
  readonly issuer: Issuer;
  readonly port: number;
  readonly client: InteropClient;
}

describeWithToolchain("apache", "mod_auth_openidc in Apache", ({ program }) => {
  let apache: ApacheProcess;
  let proxy: ForgingProxy;
  let issuers: readonly Issuer[];
  let sites: Readonly<Record<"basic" | "post" | "public" | "forged" | "rotating", Site>>;

  beforeAll(async () => {
    const ports = await findPorts(5);
    const [basic = 0, post = 0, open = 0, forged = 0, rotating = 0] = ports;
    const redirectUris = ports.map(siteCallback);
    const [rsa, ecdsa, rotation] = await Promise.all([
      startIssuer({ algorithm: "RS256", path: "/dex", redirectUris }),
      startIssuer({ algorithm: "ES256", path: "", redirectUris }),
      startIssuer({ algorithm: "ES256", path: "/dex", redirectUris, rotation: "3m", aheadMs: -300_000 }),
    ]);
    issuers = [rsa, ecdsa, rotation];
    proxy = await startForgingProxy(rsa.url);
    sites = {
      basic: { issuer: rsa, port: basic, client: clients.basic },
      post: { issuer: ecdsa, port: post, client: clients.post },
      public: { issuer: ecdsa, port: open, client: clients.public },
      forged: { issuer: rsa, port: forged, client: clients.basic },
      rotating: { issuer: rotation, port: rotating, client: clients.basic },
    };
    apache = await startApache(
      program,
      Object.entries(sites).map(([name, { issuer, port, client }]) => ({
        client,
        port,
        metadata: name === "forged" ? proxy.metadata : `${issuer.url}/.well-known/openid-configuration`,
      })),
    );
  });

  afterAll(async () => {
    await apache.stop();
    await Promise.all([proxy.stop(), ...issuers.map((issuer) => issuer.stop())]);
  });

  /** Asks for the protected page and logs in; the last answer is the page, or the module's refusal. */
  async function openPage({ issuer, port }: Site, browser: HttpBrowser): Promise<Visit> {
    const origin = `http://127.0.0.1:${port}`;
    const away = await browser.request(`${origin}/secure/`);
    const callback = await visitIssuer(issuer, away.headers.get("location") ?? "");
    return browser.follow(callback, origin);
  }

  async function readInfo({ port }: Site, browser: HttpBrowser) {
    return Info.parse(JSON.parse((await browser.request(`${siteCallback(port)}?info=json`)).body));
  }

  it.each(["basic", "post", "public"] as const)(
    "lets a person in, reads userinfo, refreshes twice and revokes at logout (%s client)",
    async (name) => {
      const site = sites[name];
      const browser = createHttpBrowser();
      const page = await openPage(site, browser);
      expect([page.status, page.body, page.headers.get("x-remote-user")]).toEqual([
        200,
        "a protected page\n",
        kilgore.email,
      ]);
      let info = await readInfo(site, browser);
      expect(info.id_token).toMatchObject({ iss: site.issuer.url, email: kilgore.email });
      expect([info.id_token["aud"]].flat()).toEqual([site.client.id]);
      expect(info.userinfo).toMatchObject({ sub: info.id_token["sub"], name: kilgore.username });
      const seen = [info.refresh_token];
      for (const _ of ["first", "second"]) {
        const query = new URLSearchParams({
          refresh: `http://127.0.0.1:${site.port}/secure/`,
          access_token: info.access_token,
        });
        const refreshed = await browser.follow(`${siteCallback(site.port)}?${query}`, `http://127.0.0.1:${site.port}`);
        expect([refreshed.status, refreshed.url]).toEqual([200, expect.not.stringContaining("error")]);
        const { sub } = info.userinfo;
        info = await readInfo(site, browser);
        expect(info.userinfo["sub"]).toBe(sub);
        seen.push(info.refresh_token);
      }
      expect(new Set(seen).size).toBe(3);
      await browser.request(
        `${siteCallback(site.port)}?logout=${encodeURIComponent(`http://127.0.0.1:${site.port}/`)}`,
      );
      expect(await isRefreshable(site, info.refresh_token)).toBe(false);
    },
  );

  it("refuses every forged ID token, one for another client, and one of another login", async () => {
    const site = sites.forged;
    const other = await obtainTokens(site.issuer, clients.other, "nonce", siteCallback(site.port));
    const sibling = await obtainTokens(site.issuer, clients.basic, "nonce", siteCallback(site.port));
    const forgeries: Readonly<Record<string, Forgery>> = {
      "left alone": (idToken) => idToken,
      "for another client": () => other.idToken,
      "of another login": () => sibling.idToken,
      ...createForgeries("RS256", await readPublicKey(site.issuer)),
    };
    const accepted: string[] = [];
    for (const [what, forge] of Object.entries(forgeries)) {
      proxy.forge = forge;
      const page = await openPage(site, createHttpBrowser());
      if (page.body === "a protected page\n") accepted.push(what);
    }
    proxy.forge = undefined;
    expect(accepted).toEqual(["left alone"]);
  });

  // By its `iss` (RFC 9207) the module takes the answer for a login that a third party starts, and says so.
  it("shows the person an error when they have refused, and no page", async () => {
    const site = sites.basic;
    const browser = createHttpBrowser();
    const origin = `http://127.0.0.1:${site.port}`;
    const away = await browser.request(`${origin}/secure/`);
    const callback = await visitIssuer(site.issuer, away.headers.get("location") ?? "", "rejected");
    const page = await browser.follow(callback, origin);
    expect(page.body).toContain("<title>Error</title>");
    expect((await browser.request(`${origin}/secure/`)).status).toBe(302);
  });

  it("follows a rotation of the signing keys with a key set that it has read before", async () => {
    const site = sites.rotating;
    expect((await openPage(site, createHttpBrowser())).status).toBe(200);
    await site.issuer.setClock(-150_000);
    expect(await site.issuer.readKeysAgain()).toBe(2);
    await site.issuer.setClock(0);
    expect((await openPage(site, createHttpBrowser())).status).toBe(200);
  });
});

async function isRefreshable({ issuer, client }: Site, refreshToken: string): Promise<boolean> {
  const response = await fetch(`${issuer.url}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: refreshToken,
      client_id: client.id,
      ...(client.secret !== "" && { client_secret: client.secret }),
    }),
  });
  return response.ok;
}
