import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { chromiumArguments } from "../../support/chromium.js";
import {
  createHttpBrowser,
  findAction,
  findField,
  type HttpBrowser,
  locationQuery,
  type Visit,
} from "../../support/http-browser.js";
import { startHttpUpstream } from "../../support/http-upstream.js";
import { describeWith, findPart } from "../../support/parts.js";
import { createTempFolder } from "../../support/temp-folder.js";
import { findFreePort, startTestServer, type TestServer } from "../../support/test-server.js";
import { base, group, people, person } from "./entries.js";
import { type Credentials, type Kdc, partnerRealm, realm, startKdc } from "./kdc.js";
import { admin, type Slapd, startSlapd } from "./slapd.js";

// RFC 4559 (Negotiate over HTTP) and RFC 4178 (SPNEGO), with MIT's KDC, OpenLDAP, and curl and Chromium as clients.

const redirectUri = "https://photos.example/callback";
const scope = "openid profile email groups offline_access";
const ldif = [
  base,
  person("jane", { mail: "jane@example.org" }),
  person("upn", { uid: `jane@${realm}`, mail: "upn@example.org" }),
  group("staff", [`uid=jane,${people}`]),
].join("");

/** Another name to the KDC, and the same to a directory. */
const wideJane = "\uff4a\uff41\uff4e\uff45";

let kdc: Kdc;
let slapd: Slapd;
let jane: Credentials;

describe.skipIf(!findPart("slapd").available || !findPart("krb5kdc").available)("with a real KDC and directory", () => {
  describeWith("kerberos", "a login by a Kerberos ticket", () => {
    beforeAll(async () => {
      [kdc, slapd] = await Promise.all([
        startKdc([`jane@${realm}`, `ghost@${realm}`, `${wideJane}@${realm}`, `jane@${partnerRealm}`]),
        startSlapd({ ldif }),
      ]);
      jane = await kdc.login(`jane@${realm}`);
    });
    afterAll(async () => {
      kdc.stop();
      await slapd.stop();
    });

    describeTicketsOnly();
    describeFallback();
    describeSettings();
    describeProcess();
    describe.skipIf(!findPart("chromium").available)("in Chromium", describeChromium);
  });
});

interface Setting {
  readonly kerberos?: Readonly<Record<string, unknown>>;
  readonly ldap?: Readonly<Record<string, unknown>>;
}

function startServer(setting: Setting): Promise<TestServer> {
  return startTestServer({ yaml: renderYaml(setting) });
}

function renderYaml({ kerberos = {}, ldap = {} }: Setting): string {
  const config = {
    host: `127.0.0.1:${slapd.port}`,
    insecureNoSSL: true,
    bindDN: admin.dn,
    bindPW: admin.password,
    userSearch: { baseDN: people, username: "uid", nameAttr: "cn", preferredUsernameAttr: "uid" },
    groupSearch: { baseDN: "dc=example,dc=org", userMatchers: [{ userAttr: "DN", groupAttr: "member" }] },
    kerberos: { enabled: true, keytabPath: kdc.keytab, ...kerberos },
    ...ldap,
  };
  return `
storage: { type: memory }
oauth2: { skipApprovalScreen: true }
telemetry: { http: "127.0.0.1:0" }
connectors: [{ type: ldap, id: ldap, name: Directory, config: ${JSON.stringify(config)} }]
staticClients:
  - { id: photos, name: Photos, secret: photos-secret, redirectURIs: ["${redirectUri}"] }`;
}

function authorizeUrl(server: TestServer): string {
  const query = { client_id: "photos", redirect_uri: redirectUri, response_type: "code", scope, state: "s" };
  return `${server.issuer}/auth?${new URLSearchParams(query)}`;
}

/** Comes to the connector's page without a ticket. */
async function arrive(server: TestServer, browser: HttpBrowser): Promise<Visit> {
  return browser.follow(authorizeUrl(server), server.origin);
}

/** Answers the challenge of that page. */
async function show(browser: HttpBrowser, { url }: Visit, token: string, scheme = "Negotiate"): Promise<Visit> {
  return browser.request(url, undefined, { authorization: `${scheme} ${token}` });
}

async function claimsOf(
  server: TestServer,
  browser: HttpBrowser,
  { url, headers }: Visit,
): Promise<Record<string, unknown>> {
  const done = await browser.follow(new URL(headers.get("location") ?? "", url).href, server.origin);
  const code = locationQuery(done).get("code") ?? "";
  const response = await fetch(`${server.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("photos:photos-secret")}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri }),
  });
  const body: Record<string, unknown> = Object(await response.json());
  return Object(JSON.parse(Buffer.from(String(body["id_token"]).split(".")[1] ?? "", "base64url").toString()));
}

function failures(server: TestServer): readonly unknown[] {
  return server
    .events()
    .flatMap((event) => (event["event"] === "login.failed" ? [[event["reason"], event["detail"]]] : []));
}

/** The process that judges tickets, by its number. */
function findAcceptor(parent = process.pid): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isAcceptorOf(parent, name));
  expect(pids).toHaveLength(1);
  return Number(pids[0]);
}

function isAcceptorOf(parent: number, pid: string): boolean {
  try {
    const [, found] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\t(\d+)$/m) ?? [];
    const isOurs = Number(found) === parent;
    return isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("acceptor.process");
  } catch {
    return false;
  }
}

function describeTicketsOnly(): void {
  describe("where passwords are not taken", () => {
    let server: TestServer;
    let browser: HttpBrowser;
    beforeAll(async () => {
      server = await startServer({ kerberos: { spn: "HTTP/127.0.0.1" } });
    });
    afterAll(() => server.stop());
    beforeEach(() => {
      browser = createHttpBrowser();
    });

    it("asks for a ticket, shows no form below, and says how to go on (RFC 4559 section 4.1)", async () => {
      const page = await arrive(server, browser);
      expect([page.status, page.headers.get("www-authenticate")]).toEqual([401, "Negotiate"]);
      expect(page.body).not.toContain("<input");
      expect(page.body).toContain("Directory did not recognise this computer");
      expect(page.body).toMatch(/href="https:\/\/photos\.example\/callback\?error=access_denied[^"]*"/);
    });

    it("lets in who has one, as the directory knows them, and proves itself to the browser (RFC 4559 section 5)", async () => {
      const done = await show(browser, await arrive(server, browser), await jane.createToken());
      expect(done.status).toBe(303);
      expect(done.headers.get("www-authenticate")).toMatch(/^Negotiate [A-Za-z0-9+/]+=*$/);
      const claims = await claimsOf(server, browser, done);
      expect(claims).toMatchObject({ name: "Name of jane", email: "jane@example.org", groups: ["staff"] });
      // The same `sub` as by a password: user id and connector.
      expect(Buffer.from(String(claims["sub"]), "base64url").toString("latin1")).toBe("\n\u0004jane\u0012\u0004ldap");
    });

    it("takes what curl does of itself, which checks our proof", async () => {
      const jar = `${server.folder}/cookies`;
      const args = ["-s", "-L", "-b", jar, "-c", jar, "--negotiate", "-u", ":", "-D", "-", "-o", "/dev/null"];
      const never = ["--connect-to", "photos.example:443:127.0.0.1:1"];
      const told = await runText("/usr/bin/curl", [...args, ...never, authorizeUrl(server)], jane.env);
      expect(told).toMatch(/location: https:\/\/photos\.example\/callback\?code=/i);
    });

    it("takes no password, neither by the form's address nor otherwise", async () => {
      const page = await arrive(server, browser);
      const flow = new URL(page.url).searchParams.get("flow") ?? "";
      const answer = await browser.request(page.url, { req: flow, login: "jane", password: "foo" });
      expect(answer.status).toBe(403);
      expect(failures(server)).toContainEqual(["denied-upstream", expect.stringContaining("passwords are not taken")]);
    });

    it("takes a token once (RFC 4120 section 3.2.3: replay)", async () => {
      const token = await jane.createToken();
      const page = await arrive(server, browser);
      expect(await show(browser, page, token)).toMatchObject({ status: 303 });
      const other = createHttpBrowser();
      expect(await show(other, await arrive(server, other), token)).toMatchObject({ status: 401 });
      expect(failures(server)).toContainEqual(["bad-ticket", expect.stringMatching(/replay/i)]);
    });

    it.each([
      ["no base64", "%%%%"],
      ["something else in base64", Buffer.from("hello").toString("base64")],
      ["NTLM (MS-NLMP section 2.2.1.1)", Buffer.from("NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2").toString("base64")],
      ["as much as a ticket with the groups of Windows", "A".repeat(64_000)],
    ])("refuses %s and asks again", async (_, token) => {
      const answer = await show(browser, await arrive(server, browser), token);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Negotiate"]);
    });

    it("refuses a ticket of somebody whom the directory does not know, without asking for another", async () => {
      const ghost = await kdc.login(`ghost@${realm}`);
      const answer = await show(browser, await arrive(server, browser), await ghost.createToken());
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([403, null]);
      expect(server.log()).toContain("the directory has nobody of the name in the ticket");
    });

    it("does not take somebody whose name the directory takes for another's (security case 47)", async () => {
      const wide = await kdc.login(`${wideJane}@${realm}`);
      expect(await show(browser, await arrive(server, browser), await wide.createToken())).toMatchObject({
        status: 403,
      });
    });

    it("does not take somebody of a realm that ours trusts for the one of ours who has the same name", async () => {
      const stranger = await kdc.login(`jane@${partnerRealm}`);
      expect(await show(browser, await arrive(server, browser), await stranger.createToken())).toMatchObject({
        status: 401,
      });
      expect(failures(server)).toContainEqual(["bad-ticket", `the ticket is of the realm ${partnerRealm}`]);
    });

    it("does not take a ticket for another service whose key lies in the same keytab", async () => {
      expect(await show(browser, await arrive(server, browser), await jane.createToken("host"))).toMatchObject({
        status: 401,
      });
      expect(failures(server)).toContainEqual(["bad-ticket", `the ticket is for host/127.0.0.1@${realm}`]);
    });

    it("says that it can't be reached while the process that judges is being replaced, and goes on with the next one", async () => {
      const page = await arrive(server, browser);
      const killed = findAcceptor();
      process.kill(killed, "SIGKILL");
      // The first answer may still meet the dying one.
      let answer = await show(browser, page, await jane.createToken());
      for (let tries = 0; answer.status === 503 && tries < 200; tries++) {
        answer = await show(browser, page, await jane.createToken());
      }
      expect(answer.status).toBe(303);
      expect(findAcceptor()).not.toBe(killed);
    });
  });
}

/** Standard output, whatever the exit code. */
function runText(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((done) => {
    execFile(program, args, { env, timeout: 20_000 }, (_error, stdout) => done(stdout));
  });
}

function describeFallback(): void {
  describe("where passwords are taken as well", () => {
    let server: TestServer;
    let browser: HttpBrowser;
    beforeAll(async () => {
      server = await startServer({ kerberos: { fallbackToPassword: true } });
    });
    afterAll(() => server.stop());
    beforeEach(() => {
      browser = createHttpBrowser();
    });

    it("asks for a ticket with the form below, and only once a minute", async () => {
      const page = await arrive(server, browser);
      expect([page.status, page.headers.get("www-authenticate")]).toEqual([401, "Negotiate"]);
      expect(findField(page.body, "req")).toBeDefined();
      const again = await browser.request(page.url);
      expect([again.status, again.headers.get("www-authenticate")]).toEqual([200, null]);
    });

    it("takes the password", async () => {
      const page = await arrive(server, browser);
      const fields = { req: findField(page.body, "req") ?? "", login: "jane", password: "foo" };
      const done = await browser.follow(findAction(page.body, page.url), server.origin, fields);
      expect(locationQuery(done).get("code")).not.toBeNull();
    });

    it("takes the ticket, also of a browser that was asked before, and asks again at its next login", async () => {
      const page = await arrive(server, browser);
      const done = await show(browser, page, await jane.createToken(), "nEGOTIATE");
      expect(await claimsOf(server, browser, done)).toMatchObject({ preferred_username: "jane" });
      expect(await arrive(server, browser)).toMatchObject({ status: 401 });
    });

    it("shows the form to somebody whom the directory does not know by the name of their computer", async () => {
      const ghost = await kdc.login(`ghost@${realm}`);
      const answer = await show(browser, await arrive(server, browser), await ghost.createToken());
      expect([answer.status, findField(answer.body, "req") !== undefined]).toEqual([200, true]);
      expect(failures(server)).toContainEqual(["bad-ticket", "the directory has nobody of the name in the ticket"]);
    });

    it("shows the form to a ticket that is not good, and tells the log why", async () => {
      const answer = await show(browser, await arrive(server, browser), Buffer.from("hello").toString("base64"));
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([200, null]);
      expect(findField(answer.body, "req")).toBeDefined();
      expect(failures(server)).toContainEqual(["bad-ticket", "Invalid token was supplied"]);
    });
  });
}

function describeSettings(): void {
  async function logIn(
    setting: Setting,
    token: string,
  ): Promise<{ readonly answer: Visit; readonly server: TestServer; readonly browser: HttpBrowser }> {
    const server = await startServer(setting);
    const browser = createHttpBrowser();
    return { answer: await show(browser, await arrive(server, browser), token), server, browser };
  }

  it("usernameFromPrincipal: userPrincipalName looks for the name with its realm", async () => {
    const { answer, server, browser } = await logIn(
      { kerberos: { usernameFromPrincipal: "userprincipalname" } },
      await jane.createToken(),
    );
    expect(await claimsOf(server, browser, answer)).toMatchObject({ email: "upn@example.org" });
    await server.stop();
  });

  it("expectedRealm lets in people of another realm than the service's, and no others", async () => {
    const stranger = await kdc.login(`jane@${partnerRealm}`);
    const kerberos = { expectedRealm: partnerRealm.toLowerCase() };
    const { answer, server } = await logIn({ kerberos }, await stranger.createToken());
    const own = createHttpBrowser();
    expect([answer.status, (await show(own, await arrive(server, own), await jane.createToken())).status]).toEqual([
      303, 401,
    ]);
    await server.stop();
  });

  it("maxClockSkew says how far the clock of a computer may be away (RFC 4120 section 3.2.3)", async () => {
    const ahead = await kdc.login(`jane@${realm}`);
    await ahead.moveClock(600);
    const strict = await logIn({}, await ahead.createToken());
    const lenient = await logIn({ kerberos: { maxClockSkew: 3_600 } }, await ahead.createToken());
    expect([strict.answer.status, lenient.answer.status]).toEqual([401, 303]);
    expect(failures(strict.server)).toContainEqual(["bad-ticket", expect.stringMatching(/skew/i)]);
    await Promise.all([strict.server.stop(), lenient.server.stop()]);
    jane = await kdc.login(`jane@${realm}`);
  });

  it("keytabPrincipal takes the key of that name alone, whatever the spn is", async () => {
    const kerberos = { spn: "HTTP/elsewhere", keytabPrincipal: `host/127.0.0.1@${realm}` };
    const { answer, server } = await logIn({ kerberos }, await jane.createToken("host"));
    const other = createHttpBrowser();
    expect([answer.status, (await show(other, await arrive(server, other), await jane.createToken())).status]).toEqual([
      303, 401,
    ]);
    await server.stop();
  });

  it.each([
    ["no keytab", { keytabPath: "/nowhere/http.keytab" }, "the keytab can't be read: ENOENT"],
    ["no key of the spn", { spn: "HTTP/login.example.org" }, `and none of HTTP/login.example.org`],
    ["a keytab that is none", { keytabPath: "/etc/hostname" }, "is no keytab of version 2"],
    ["keys of several realms and none expected", { keytabPath: "{both}" }, "set kerberos.expectedRealm"],
  ])("does not open with %s, and says so; the server runs on", async (_, kerberos, reason) => {
    const both = kdc.createKeytab([`imap/127.0.0.1@${partnerRealm}`], kdc.createKeytab(["HTTP/127.0.0.1"]));
    const { keytabPath = kdc.keytab } = kerberos as { readonly keytabPath?: string };
    const server = await startServer({ kerberos: { ...kerberos, keytabPath: keytabPath.replace("{both}", both) } });
    const page = await arrive(server, createHttpBrowser());
    expect(page.status).toBe(503);
    expect(server.log()).toContain(reason);
    await server.stop();
  });

  it("leaves no process behind when the server stops", async () => {
    const server = await startServer({});
    const acceptor = findAcceptor();
    await server.stop();
    while (isAlive(acceptor)) await new Promise((turn) => setTimeout(turn, 1));
  });
}

/** As operators start it: nothing but the server keeps the process alive. */
function describeProcess(): void {
  const main = fileURLToPath(new URL("../../../src/main.js", import.meta.url));

  function run(args: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> {
    return new Promise((done) => {
      execFile(process.execPath, [main, ...args], { timeout: 20_000 }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, output: `${stdout}${stderr}` }),
      );
    });
  }

  async function writeConfig(keytabPath: string): Promise<{ readonly file: string; readonly port: number }> {
    const port = await findFreePort();
    const file = join(createTempFolder(), "config.yaml");
    const origin = `http://127.0.0.1:${port}`;
    writeFileSync(
      file,
      `issuer: ${origin}/dex\nweb: { http: "127.0.0.1:${port}" }\n${renderYaml({ kerberos: { keytabPath } })}`,
    );
    return { file, port };
  }

  it("is tried by check --online, which tells what the keytab holds, or what is wrong with it", async () => {
    const good = await run(["check", "--online", (await writeConfig(kdc.keytab)).file]);
    expect(good.output).toContain(`the keytab opens tickets for HTTP/127.0.0.1@${realm} with AES-256 (version `);
    expect(good.code).toBe(0);
    const bad = await run(["check", "--online", (await writeConfig("/nowhere/http.keytab")).file]);
    expect(bad.output).toContain("the keytab can't be read: ENOENT");
    expect(bad.code).toBe(1);
  });

  it("ends with its server, also where that is killed", async () => {
    const { file, port } = await writeConfig(kdc.keytab);
    const server = spawn(process.execPath, [main, "serve", file], { stdio: "ignore" });
    const issuer = `http://127.0.0.1:${port}/dex`;
    while (!(await isServing(`${issuer}/healthz`))) await new Promise((turn) => setTimeout(turn, 1));
    const acceptor = findAcceptor(server.pid);
    server.kill("SIGKILL");
    while (isAlive(acceptor)) await new Promise((turn) => setTimeout(turn, 1));
  });
}

async function isServing(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function describeChromium(): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ kerberos: { fallbackToPassword: true } });
  });
  afterAll(() => server.stop());

  /** Chromium looks for the system's GSS-API only when it meets its first challenge, which it then can't answer yet. */
  async function learnNegotiate(page: Page): Promise<void> {
    const challenge = { status: 401, headers: { "www-authenticate": "Negotiate" }, body: "knock" };
    const door = await startHttpUpstream(() => challenge);
    await page.goto(door.url);
    await door.close();
  }

  /** With a profile of its own: Chromium shows no ticket from a private window. */
  async function openPage(more: readonly string[]): Promise<Page> {
    const context = await chromium.launchPersistentContext(createTempFolder(), {
      executablePath: findPart("chromium").path,
      args: [...chromiumArguments, ...more],
      env: { HOME: server.folder, ...jane.env },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await learnNegotiate(page);
    await page.route("https://photos.example/**", (route) => route.fulfill({ body: "back at the application" }));
    return page;
  }

  it("logs in without a question where the browser may show its ticket to the site", async () => {
    const page = await openPage(["--auth-server-allowlist=127.0.0.1"]);
    // One redirect after the other, which routes of the test do not see: the application's host is nowhere.
    const arrived = page.waitForRequest("https://photos.example/**");
    await Promise.allSettled([page.goto(authorizeUrl(server)), arrived]);
    expect(new URL((await arrived).url()).searchParams.get("code")).not.toBeNull();
  });

  it("shows the form, and takes the password, where it may not", async () => {
    const page = await openPage([]);
    await page.goto(authorizeUrl(server));
    await page.fill("#login", "jane");
    await page.fill("#password", "foo");
    await page.click("#submit-login");
    await page.waitForURL("https://photos.example/**");
    expect(new URL(page.url()).searchParams.get("code")).not.toBeNull();
  });
}
