import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectorTypes } from "../../src/connectors/catalogue.js";
import type { Parts } from "../../src/server/parts.js";
import { createHttpBrowser, findField, type HttpBrowser, locationQuery, type Visit } from "../support/http-browser.js";
import { authorizeUrl, photos, photosYaml, submitPassword } from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
let upstream: TestUpstream;
let telemetry: string;
let browser: HttpBrowser;

async function start(type: string, more = "", parts: Partial<Parts> = {}): Promise<void> {
  const port = await findFreePort();
  telemetry = `http://127.0.0.1:${port}`;
  const found = withTestConnectors(upstream).get(type);
  if (found === undefined) throw new Error(`no test connector ${type}`);
  server = await startTestServer({
    yaml: `
storage: { type: memory }
telemetry: { http: "127.0.0.1:${port}" }
oauth2: { skipApprovalScreen: true }
connectors:
  - { type: mockCallback, id: up, name: Partner network }
${more}${photosYaml}`,
    // The config knows no test types: the type is replaced behind it.
    parts: { connectorTypes: new Map([...connectorTypes, ["mockCallback", found]]), ...parts },
  });
}

beforeEach(() => {
  upstream = createTestUpstream();
  browser = createHttpBrowser();
});

afterEach(async () => {
  await server.stop();
});

/** Each way to log in, up to the answer of the upstream. */
const ways: readonly (readonly [string, (out: Visit) => Promise<Visit>])[] = [
  [
    "testRedirect",
    (out) => {
      const query = new URLSearchParams({ code: "a", state: locationQuery(out).get("state") ?? "" });
      return browser.follow(`${server.issuer}/callback?${query}`, server.origin);
    },
  ],
  [
    "testFormPost",
    (out) =>
      browser.follow(`${server.issuer}/callback`, server.origin, {
        SAMLResponse: "PD94",
        RelayState: findField(out.body, "RelayState") ?? "",
        latchkey_reposted: "1",
      }),
  ],
  ["testPassword", (out) => submitPassword(browser, server, out, "casey")],
  // The proxy has sent the browser on already.
  ["testHeader", (out) => Promise.resolve(out)],
];

function enter(): Promise<Visit> {
  return browser.follow(authorizeUrl(server), server.origin);
}

function linksOf(page: Visit): readonly URL[] {
  const links = [...page.body.matchAll(/<a class="btn[^"]*" href="([^"]*)"/g)];
  return links.map(([, href = ""]) => new URL(href.replaceAll("&amp;", "&"), page.url));
}

describe.each(ways)("an upstream that says no (%s)", (type, answer) => {
  it("is a page with status 403, without the reason, whose way back tells the client access_denied", async () => {
    await start(type);
    upstream.loginOutcome = "denied";
    const page = await answer(await enter());
    expect(page.status).toBe(403);
    expect(page.body).toContain("Partner network did not sign you in");
    const back = linksOf(page).find(({ href }) => href.startsWith(photos.redirectUri));
    expect(Object.fromEntries(back?.searchParams ?? [])).toEqual({
      error: "access_denied",
      error_description: expect.any(String),
      state: "state-1",
      iss: server.issuer,
    });
    expect(server.events()).toContainEqual(
      expect.objectContaining({ event: "login.failed", reason: "denied-upstream", connector_id: "up" }),
    );
  });

  it("lets the person try again from that page", async () => {
    await start(type);
    upstream.loginOutcome = "denied";
    const page = await answer(await enter());
    upstream.loginOutcome = "ok";
    const [retry] = linksOf(page);
    const done = await answer(await browser.follow(retry?.href ?? "", server.origin));
    expect(done.headers.get("location")).toContain(`${photos.redirectUri}?code=`);
  });
});

describe.each(ways)("an upstream that fails at login (%s)", (type, answer) => {
  it("is a page with status 503 and a way on, without what went wrong; the log has that", async () => {
    await start(type);
    upstream.loginOutcome = "throws";
    const page = await answer(await enter());
    expect(page.status).toBe(503);
    expect(page.body).not.toContain("makes no sense");
    expect(server.log()).toContain("makes no sense");
    upstream.loginOutcome = "ok";
    const [retry] = linksOf(page);
    const done = await answer(await browser.follow(retry?.href ?? "", server.origin));
    expect(done.headers.get("location")).toContain(`${photos.redirectUri}?code=`);
  });
});

describe.each(ways)("an upstream that comes to no end at login (%s)", (type, answer) => {
  it("is given up after a minute: a page with status 503 and a way on", async () => {
    const pauses: number[] = [];
    await start(type, "", { pause: async (ms) => void pauses.push(ms) });
    upstream.loginOutcome = "hangs";
    const page = await answer(await enter());
    expect([page.status, pauses]).toEqual([503, [60_000]]);
    expect(server.log()).toContain("took too long");
  });
});

describe("a connector that could not open (DESIGN wall 8)", () => {
  it("has its reason in /healthz/ready of the telemetry listener, and not of the public one", async () => {
    await start("testBroken");
    const inside: unknown = await (await fetch(`${telemetry}/healthz/ready`)).json();
    expect(inside).toEqual({
      status: "ready",
      parts: { storage: "ok", "connector up": "not reachable" },
      reasons: { "connector up": "the upstream's metadata can't be read" },
    });
    const outside: unknown = await (await fetch(`${server.issuer}/healthz/ready`)).json();
    expect(outside).toEqual({ status: "ready", parts: { storage: "ok", "connector up": "not reachable" } });
  });

  it("is shown on the chooser without a link, with a text", async () => {
    await start(
      "testBroken",
      "  - { type: mockPassword, id: staff, name: Staff, config: { username: a, password: b } }\n",
    );
    const chooser = await enter();
    expect(chooser.status).toBe(200);
    expect(chooser.body).toMatch(/row row--off.*Partner network.*Not reachable just now\. We keep trying\./s);
    expect(linksOf(chooser).some(({ pathname }) => pathname.includes("/up"))).toBe(false);
    expect(chooser.body).not.toContain("metadata");
  });

  it("is a page with a way on for whoever is sent there all the same", async () => {
    await start(
      "testBroken",
      "  - { type: mockPassword, id: staff, name: Staff, config: { username: a, password: b } }\n",
    );
    const page = await browser.follow(authorizeUrl(server, { extra: { connector_id: "up" } }), server.origin);
    expect(page.status).toBe(503);
    expect(linksOf(page).length).toBeGreaterThan(0);
    expect(page.body).not.toContain("metadata");
  });
});
