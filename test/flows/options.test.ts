import { afterEach, describe, expect, it } from "vitest";
import { createHttpBrowser, locationQuery } from "../support/http-browser.js";
import {
  answerConsent,
  authorizeUrl,
  createPkcePair,
  logIn,
  photosYaml,
  robinYaml,
  submitPassword,
} from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;

async function start(yaml: string, path?: string): Promise<void> {
  server = await startTestServer({ yaml: `storage: { type: memory }\n${yaml}`, ...(path !== undefined && { path }) });
}

afterEach(async () => {
  await server.stop();
});

const cli = `
staticClients:
  - { id: cli, name: Command line, public: true }
  - { id: hub, name: Hub, secret: hub-secret-0123456789, redirectURIs: [/oauth2/callback] }
`;

function askUrl(clientId: string, redirectUri: string): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
  });
  return `${server.issuer}/auth?${query}`;
}

async function walk(url: string) {
  const browser = createHttpBrowser();
  const consent = await submitPassword(browser, server, await browser.follow(url, server.origin), "robin@example.com");
  return { browser, consent };
}

describe("redirect URIs of Dex's kinds (dex-behaviour §3.3)", () => {
  it("out of band: the code stands on a page", async () => {
    await start(`${cli}${robinYaml}`);
    const { browser, consent } = await walk(askUrl("cli", "urn:ietf:wg:oauth:2.0:oob"));
    const page = await answerConsent(browser, server, consent, "approve");
    const code = /id="code"[^>]*>([\w-]+)</.exec(page.body)?.[1] ?? "";
    const form = {
      grant_type: "authorization_code",
      code,
      redirect_uri: "urn:ietf:wg:oauth:2.0:oob",
      client_id: "cli",
    };
    const tokens = await fetch(`${server.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
    expect([page.status, page.headers.get("location"), tokens.status]).toEqual([200, null, 200]);
  });

  it("relative: the browser stays on our own host", async () => {
    await start(`${cli}${robinYaml}`);
    const { browser, consent } = await walk(askUrl("hub", "/oauth2/callback"));
    const url = new URL(consent.url);
    const form = { req: url.searchParams.get("req") ?? "", approval: "approve" };
    const approved = await browser.request(consent.url, form);
    const done = await browser.request(new URL(approved.headers.get("location") ?? "", server.origin).href);
    expect(done.headers.get("location")).toMatch(/^\/oauth2\/callback\?code=/);
  });
});

describe("settings of oauth2", () => {
  it("pkce.enforce refuses a request without a challenge (RFC 9700 §2.1.1)", async () => {
    await start(`oauth2: { pkce: { enforce: true }, skipApprovalScreen: true }\n${photosYaml}${robinYaml}`);
    const refused = await createHttpBrowser().request(authorizeUrl(server));
    expect(locationQuery(refused).get("error")).toBe("invalid_request");
    const { challenge } = createPkcePair();
    const done = await logIn(server, { extra: { code_challenge: challenge, code_challenge_method: "S256" } });
    expect(locationQuery(done).get("code")).not.toBeNull();
  });

  it("alwaysShowLoginScreen shows the choice even of one", async () => {
    await start(`oauth2: { alwaysShowLoginScreen: true }\n${photosYaml}${robinYaml}`);
    const page = await createHttpBrowser().request(authorizeUrl(server));
    expect([page.status, page.body.includes("/auth/local?flow=")]).toEqual([200, true]);
  });

  it("skipApprovalScreen gives the code without a question, unless the client forces one (approval_prompt)", async () => {
    await start(`oauth2: { skipApprovalScreen: true }\n${photosYaml}${robinYaml}`);
    expect(locationQuery(await logIn(server)).get("code")).not.toBeNull();
    const { consent } = await walk(authorizeUrl(server, { extra: { approval_prompt: "force" } }));
    expect(consent.url).toContain("/approval");
  });

  it("prompt=none is answered with login_required as long as nobody can be logged in already (OpenID Connect Core §3.1.2.1)", async () => {
    await start(`${photosYaml}${robinYaml}`);
    const answer = locationQuery(
      await createHttpBrowser().request(authorizeUrl(server, { extra: { prompt: "none" } })),
    );
    expect([answer.get("error"), answer.get("state"), answer.get("iss")]).toEqual([
      "login_required",
      "state-1",
      server.issuer,
    ]);
  });
});

describe("places", () => {
  it("an issuer without a path serves everything at the root", async () => {
    await start(`oauth2: { skipApprovalScreen: true }\n${photosYaml}${robinYaml}`, "");
    expect((await fetch(`${server.origin}/.well-known/openid-configuration`)).status).toBe(200);
    expect((await fetch(`${server.origin}/`)).status).toBe(200);
    expect(locationQuery(await logIn(server)).get("code")).not.toBeNull();
  });

  it("health answers under the issuer and on the telemetry listener", async () => {
    const port = await findFreePort();
    await start(`telemetry: { http: "127.0.0.1:${port}" }\n${photosYaml}${robinYaml}`);
    for (const base of [server.issuer, `http://127.0.0.1:${port}`]) {
      for (const path of ["/healthz", "/healthz/live", "/healthz/ready"])
        expect((await fetch(base + path)).status).toBe(200);
    }
    expect((await fetch(`http://127.0.0.1:${port}/dex/token`, { method: "POST" })).status).toBe(404);
  });

  it("the same keys and subject under Dex's other spelling of an issuer, with a slash at its end", async () => {
    await start(`oauth2: { skipApprovalScreen: true }\n${photosYaml}${robinYaml}`, "/identity/");
    const url = `${server.origin}/identity/.well-known/openid-configuration`;
    expect(await (await fetch(url)).json()).toMatchObject({
      issuer: `${server.origin}/identity/`,
      token_endpoint: `${server.origin}/identity/token`,
    });
  });
});
