import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../src/storage/drivers/sqlite/better-sqlite3.js";
import {
  createHttpBrowser,
  findAction,
  findField,
  type HttpBrowser,
  locationQuery,
  type Visit,
} from "../support/http-browser.js";
import { answerConsent, authorizeUrl, photosYaml, robinYaml, submitPassword } from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
let upstream: TestUpstream;

beforeAll(async () => {
  upstream = createTestUpstream();
  server = await startTestServer({
    yaml: `
storage: { type: sqlite3, config: { file: "{folder}/latchkey.db" } }
connectors:
  - { type: mockCallback, id: mock, name: Mock }
${photosYaml}
${robinYaml}`,
    parts: { connectorTypes: withTestConnectors(upstream) },
  });
});

afterAll(async () => {
  await server.stop();
});

function countRows(kind: string): number {
  const database = new Database(`${server.folder}/latchkey.db`, { readonly: true });
  try {
    return Number(database.prepare("select count(*) from latchkey_records where kind = ?").pluck().get(kind));
  } finally {
    database.close();
  }
}

async function openForm(browser: HttpBrowser): Promise<Visit> {
  const chooser = await browser.follow(authorizeUrl(server), server.origin);
  const link = /href="([^"]*\/auth\/local\?[^"]*)"/.exec(chooser.body)?.[1] ?? "";
  return browser.follow(new URL(link.replaceAll("&amp;", "&"), chooser.url).href, server.origin);
}

describe("an authorization request stores nothing before a person has logged in (DESIGN wall 1)", () => {
  it("leaves no row behind after many anonymous requests", async () => {
    const before = ["grant", "login", "upstream-grant"].map(countRows);
    await Promise.all(Array.from({ length: 200 }, () => createHttpBrowser().request(authorizeUrl(server))));
    expect(["grant", "login", "upstream-grant"].map(countRows)).toEqual(before);
  });
});

describe("a flow belongs to the browser that started it (CVE-2022-39222)", () => {
  it("gives nothing to a second browser at any step, before and after the first one has logged in", async () => {
    const owner = createHttpBrowser();
    const thief = createHttpBrowser();
    await thief.request(authorizeUrl(server));
    const steps: string[] = [];
    const form = await openForm(owner);
    steps.push(
      form.url,
      new URL(form.url).href.replace("/auth/local/login", "/auth"),
      form.url.replace("/local/login", "/mock"),
    );
    for (const url of steps) expect((await thief.request(url)).status).toBe(403);
    const consent = await submitPassword(owner, server, form, "robin@example.com");
    const flow = findField(consent.body, "req") ?? "";
    steps.push(consent.url, `${server.issuer}/auth?flow=${flow}`);
    for (const url of steps) {
      const visit = await thief.request(url);
      expect([visit.status, visit.headers.get("location")]).toEqual([403, null]);
    }
    const stolen = await thief.request(findAction(consent.body, consent.url), { req: flow, approval: "approve" });
    expect([stolen.status, stolen.headers.get("location")]).toEqual([403, null]);
    const done = await answerConsent(owner, server, consent, "approve");
    expect(locationQuery(done).get("code")).not.toBeNull();
    for (const url of steps) expect((await thief.request(url)).headers.get("location")).toBeNull();
  });

  it("does not let a victim's browser finish an attacker's flow (login CSRF)", async () => {
    const attacker = createHttpBrowser();
    const form = await openForm(attacker);
    const victim = createHttpBrowser();
    const visit = await victim.request(form.url, {
      login: "sam@example.com",
      password: "password",
      req: findField(form.body, "req") ?? "",
    });
    expect(visit.status).toBe(403);
  });

  it("refuses a sealed flow that was changed in any byte", async () => {
    const browser = createHttpBrowser();
    const form = await openForm(browser);
    const flow = new URL(form.url).searchParams.get("flow") ?? "";
    const changed = `${flow.slice(0, 40)}${flow[40] === "A" ? "B" : "A"}${flow.slice(41)}`;
    expect((await browser.request(`${server.issuer}/auth?flow=${changed}`)).status).toBe(400);
  });

  it("does not take a state for a flow, or a flow for a state", async () => {
    const browser = createHttpBrowser();
    const chooser = await browser.follow(authorizeUrl(server), server.origin);
    const flow =
      new URL(
        /href="([^"]*\/auth\/mock\?[^"]*)"/.exec(chooser.body)?.[1]?.replaceAll("&amp;", "&") ?? "",
        chooser.url,
      ).searchParams.get("flow") ?? "";
    expect((await browser.request(`${server.issuer}/callback?state=${flow}`)).status).toBe(400);
    const started = await browser.request(`${server.issuer}/auth/mock?flow=${flow}`);
    const state = locationQuery(started).get("state") ?? "";
    expect((await browser.request(`${server.issuer}/auth?flow=${state}`)).status).toBe(400);
  });
});

describe("a flow is used once (DESIGN wall 1)", () => {
  it("continues where it stands when the same password is posted again", async () => {
    const browser = createHttpBrowser();
    const form = await openForm(browser);
    const first = await submitPassword(browser, server, form, "robin@example.com");
    const again = await submitPassword(browser, server, form, "robin@example.com");
    expect(new URL(again.url).searchParams.get("hmac")).toBe(new URL(first.url).searchParams.get("hmac"));
  });

  it("lets somebody else log in in the same flow, and voids the consent page of the first person", async () => {
    const browser = createHttpBrowser();
    const form = await openForm(browser);
    const robin = await submitPassword(browser, server, form, "robin@example.com");
    const sam = await submitPassword(browser, server, form, "sam@example.com");
    expect(sam.body).toContain("sam@example.com");
    const voided = await answerConsent(browser, server, robin, "approve");
    expect(voided.headers.get("location")).toBeNull();
    expect(voided.body).toContain("sam@example.com");
    const done = await answerConsent(browser, server, sam, "approve");
    expect(locationQuery(done).get("code")).not.toBeNull();
  });

  it("gives one code to several dispatches at once, and none to a reload or the back button", async () => {
    const browser = createHttpBrowser();
    const consent = await submitPassword(browser, server, await openForm(browser), "robin@example.com");
    const approve = { req: findField(consent.body, "req") ?? "", approval: "approve" };
    const approved = await browser.request(findAction(consent.body, consent.url), approve);
    const dispatcher = new URL(approved.headers.get("location") ?? "", server.origin).href;
    const visits = await Promise.all(Array.from({ length: 10 }, () => browser.request(dispatcher)));
    expect(visits.filter((visit) => visit.headers.get("location")?.includes("code="))).toHaveLength(1);
    const reload = await browser.request(dispatcher);
    expect([reload.status, reload.headers.get("location")]).toEqual([200, null]);
    expect(reload.body).toContain("https://photos.example.com/");
    const back = await browser.request(consent.url);
    expect(back.body).toContain("already");
  });

  it("keeps two tabs of one browser apart", async () => {
    const browser = createHttpBrowser();
    const [left, right] = [await openForm(browser), await openForm(browser)];
    const leftConsent = await submitPassword(browser, server, left, "robin@example.com");
    const rightConsent = await submitPassword(browser, server, right, "sam@example.com");
    expect(leftConsent.body).toContain("robin@example.com");
    expect(rightConsent.body).toContain("sam@example.com");
    for (const consent of [leftConsent, rightConsent]) {
      expect(locationQuery(await answerConsent(browser, server, consent, "approve")).get("code")).not.toBeNull();
    }
  });

  it("logs in through a redirect, and a reload of the callback goes on where it stands", async () => {
    const browser = createHttpBrowser();
    const chooser = await browser.follow(authorizeUrl(server), server.origin);
    const link = /href="([^"]*\/auth\/mock\?[^"]*)"/.exec(chooser.body)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const started = await browser.request(new URL(link, chooser.url).href);
    const callback = new URL(started.headers.get("location") ?? "", server.origin).href;
    const consent = await browser.follow(callback, server.origin);
    expect(consent.body).toContain("kilgore@kilgore.trout");
    const reload = await browser.follow(callback, server.origin);
    expect(reload.url).toBe(
      consent.url.replace(/req=[^&]*/, () => `req=${new URL(reload.url).searchParams.get("req")}`),
    );
    expect(locationQuery(await answerConsent(browser, server, consent, "approve")).get("code")).not.toBeNull();
    expect((await browser.request(callback)).body).toContain("already");
  });
});

describe("entering by POST (OpenID Connect Core §3.1.2.1)", () => {
  it("answers 303 to its own GET and keeps the browser's other flows alive", async () => {
    const browser = createHttpBrowser();
    const form = await openForm(browser);
    const url = new URL(authorizeUrl(server));
    const posted = await createHttpBrowser().request(
      `${url.origin}${url.pathname}`,
      Object.fromEntries(url.searchParams),
    );
    expect(posted.status).toBe(303);
    expect(posted.headers.getSetCookie()).toEqual([]);
    const chooser = await browser.follow(
      new URL(posted.headers.get("location") ?? "", server.origin).href,
      server.origin,
    );
    expect(chooser.status).toBe(200);
    expect((await submitPassword(browser, server, form, "robin@example.com")).url).toContain("/approval");
  });
});

describe("cookies", () => {
  it("are HttpOnly and SameSite=Lax, and one browser keeps one", async () => {
    const browser = createHttpBrowser();
    const first = await browser.request(authorizeUrl(server));
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^latchkey_browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/),
    ]);
    const second = await browser.request(authorizeUrl(server));
    expect(second.headers.getSetCookie()).toEqual([]);
  });
});
