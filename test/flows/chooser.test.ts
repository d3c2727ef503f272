import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectorTypes } from "../../src/connectors/catalogue.js";
import { createHttpBrowser, findField, type HttpBrowser, locationQuery, type Visit } from "../support/http-browser.js";
import { authorizeUrl, photosYaml, robinYaml } from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
let upstream: TestUpstream;
let browser: HttpBrowser;

/** Two upstreams by redirect, a password form, and the list of people; `mockCallback` is one that tests steer. */
async function start(extra = "", clients = photosYaml): Promise<void> {
  const steered = withTestConnectors(upstream).get("testRedirect");
  if (steered === undefined) throw new Error("no test connector");
  server = await startTestServer({
    yaml: `
storage: { type: memory }
connectors:
  - { type: mockCallback, id: up, name: Partner network, emailDomains: [partner.example, "bücher.example"] }
  - { type: mockPassword, id: staff, name: Staff, emailDomains: [staff.example], config: { username: a, password: b } }
  - { type: mockCallback, id: other, name: Other network }
${clients}${robinYaml}${extra}`,
    parts: { connectorTypes: new Map([...connectorTypes, ["mockCallback", steered]]) },
  });
}

beforeEach(() => {
  upstream = createTestUpstream();
  browser = createHttpBrowser();
});

afterEach(async () => {
  await server.stop();
});

function enter(extra: Record<string, string> = {}): Promise<Visit> {
  return browser.follow(authorizeUrl(server, { extra }), server.origin);
}

/** Sends the form of the chooser, as a browser without script does. */
function typeAddress(chooser: Visit, address: string): Promise<Visit> {
  const [, action = ""] = /<form[^>]* method="get" action="([^"]*)"/.exec(chooser.body) ?? [];
  const url = new URL(action, chooser.url);
  url.searchParams.set("flow", findField(chooser.body, "flow") ?? "");
  url.searchParams.set("login_hint", address);
  return browser.follow(url.href, server.origin);
}

function withoutFlow(body: string, address: string): string {
  return body.replaceAll(/flow=[\w.-]+|name="flow" value="[^"]*"/g, "").replaceAll(address, "");
}

describe("the e-mail field of the chooser", () => {
  it("leads to the connector of the domain, in any case, and hands the address on", async () => {
    await start();
    const chooser = await enter();
    const out = await typeAddress(chooser, "Robin@PARTNER.example");
    expect(out.headers.get("location")).toMatch(/^https:\/\/upstream\.example\//);
    expect(locationQuery(out).get("login_hint")).toBe("Robin@PARTNER.example");
    const internationalized = await typeAddress(chooser, "robin@xn--bcher-kva.example");
    expect(locationQuery(internationalized).get("login_hint")).toBe("robin@xn--bcher-kva.example");
  });

  it("fills in the name of a password form", async () => {
    await start();
    const form = await typeAddress(await enter(), "robin@staff.example");
    expect(form.status).toBe(200);
    expect(new URL(form.url).pathname).toBe("/dex/auth/staff/login");
    expect(form.body).toContain('name="login" type="text" value="robin@staff.example"');
  });

  it("says the same of every address that leads nowhere, whoever exists", async () => {
    await start();
    const chooser = await enter();
    // robin is in the list of people, nobody is not; a subdomain is another domain.
    const addresses = ["robin@example.com", "nobody@example.com", "robin@mail.partner.example", "nonsense"];
    const pages = await Promise.all(
      addresses.map(async (address) => ({ address, page: await typeAddress(chooser, address) })),
    );
    expect(pages.map(({ page }) => page.status)).toEqual(addresses.map(() => 400));
    const [first, ...others] = pages.map(({ page, address }) => withoutFlow(page.body, address));
    for (const other of others) expect(other).toBe(first);
    expect(first).toContain("No account service is known for this address.");
  });

  it("keeps what was typed, escaped, and marks it as wrong", async () => {
    await start();
    const page = await typeAddress(await enter(), '"><b>@nowhere.example');
    expect(page.body).toContain('value="&quot;&gt;&lt;b&gt;@nowhere.example"');
    expect(page.body).toContain('aria-invalid="true"');
    expect(page.body).toContain("<title>Error: Sign in to Photos");
  });

  it("is not there where no connector of the client has a domain", async () => {
    await start("", photosYaml.replace("name: Photos", "name: Photos\n    allowedConnectors: [other, local]"));
    const chooser = await enter();
    expect([chooser.status, chooser.body.includes("login_hint")]).toEqual([200, false]);
  });

  it("leads to no connector that the client may not use, and does not say that there is one", async () => {
    await start("", photosYaml.replace("name: Photos", "name: Photos\n    allowedConnectors: [staff, local]"));
    const chooser = await enter();
    const [hidden, unknown] = await Promise.all(
      ["robin@partner.example", "robin@nowhere.example"].map(async (address) => ({
        address,
        page: await typeAddress(chooser, address),
      })),
    );
    expect([hidden?.page.status, unknown?.page.status]).toEqual([400, 400]);
    expect(withoutFlow(hidden?.page.body ?? "", "robin@partner.example")).toBe(
      withoutFlow(unknown?.page.body ?? "", "robin@nowhere.example"),
    );
  });

  it("lets its form end at the upstream: form-action would stop it there (DESIGN wall 1)", async () => {
    await start();
    expect((await enter()).headers.get("content-security-policy")).not.toContain("form-action");
  });

  it("works again after a login with another account was asked for", async () => {
    await start();
    const state = locationQuery(await typeAddress(await enter(), "casey@partner.example")).get("state") ?? "";
    const consent = await browser.follow(
      `${server.issuer}/callback?${new URLSearchParams({ code: "a", state })}`,
      server.origin,
    );
    expect(consent.body).toContain("casey@upstream.example");
    const [, other = ""] = /href="([^"]*prompt=select_account[^"]*)"/.exec(consent.body) ?? [];
    const chooser = await browser.follow(new URL(other.replaceAll("&amp;", "&"), consent.url).href, server.origin);
    const form = await typeAddress(chooser, "robin@staff.example");
    expect(new URL(form.url).pathname).toBe("/dex/auth/staff/login");
  });
});

describe("login_hint of an authorization request (OpenID Connect Core section 3.1.2.1)", () => {
  it("with a known domain skips the chooser", async () => {
    await start();
    const out = await enter({ login_hint: "robin@partner.example" });
    expect(locationQuery(out).get("login_hint")).toBe("robin@partner.example");
  });

  it("with another domain stands in the field of the chooser", async () => {
    await start();
    const chooser = await enter({ login_hint: "robin@nowhere.example" });
    expect(chooser.status).toBe(200);
    expect(chooser.body).toContain('type="email" value="robin@nowhere.example"');
  });

  it("does not skip it with prompt=select_account, nor with oauth2.alwaysShowLoginScreen", async () => {
    await start();
    expect((await enter({ login_hint: "robin@partner.example", prompt: "select_account" })).status).toBe(200);
    await server.stop();
    await start("\noauth2: { alwaysShowLoginScreen: true }\n");
    expect((await enter({ login_hint: "robin@partner.example" })).status).toBe(200);
  });

  it("goes on to a connector that the person chooses themselves", async () => {
    await start();
    const chooser = await enter({ login_hint: "robin" });
    const [, href = ""] = /href="([^"]*\/auth\/other\?[^"]*)"/.exec(chooser.body) ?? [];
    const out = await browser.follow(new URL(href.replaceAll("&amp;", "&"), chooser.url).href, server.origin);
    expect(locationQuery(out).get("login_hint")).toBe("robin");
  });
});

describe("connector_id of an authorization request", () => {
  it("skips the chooser always", async () => {
    await start("\noauth2: { alwaysShowLoginScreen: true }\n");
    const hints = { login_hint: "robin@partner.example", prompt: "select_account" };
    const form = await enter({ connector_id: "staff", ...hints });
    expect(new URL(form.url).pathname).toBe("/dex/auth/staff/login");
  });
});

describe("prompt=select_account (OpenID Connect Core section 3.1.2.1)", () => {
  it("shows the chooser, also where there is one way only", async () => {
    await start("", photosYaml.replace("name: Photos", "name: Photos\n    allowedConnectors: [other]"));
    expect((await enter()).headers.get("location")).toMatch(/^https:\/\/upstream\.example\//);
    const chooser = await enter({ prompt: "select_account" });
    expect([chooser.status, chooser.body.includes("Other network")]).toEqual([200, true]);
  });
});
