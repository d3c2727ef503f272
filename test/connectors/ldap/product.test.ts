import { Client } from "ldapts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../support/chromium.js";
import { createHttpBrowser, findAction, findField, locationQuery } from "../../support/http-browser.js";
import { describeWith, findPart } from "../../support/parts.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import { base, group, people, person } from "./entries.js";
import { admin, type Slapd, startSlapd } from "./slapd.js";

const redirectUri = "https://photos.example/callback";
const scope = "openid profile email groups offline_access";
const ldif = [base, person("jane"), group("staff", [`uid=jane,${people}`])].join("");

let slapd: Slapd;
let server: TestServer;
let now = Date.now();

describeWith("slapd", "the whole product with a real directory", () => {
  beforeAll(async () => {
    slapd = await startSlapd({ ldif });
    server = await startTestServer({
      yaml: `
storage: { type: memory }
oauth2: { skipApprovalScreen: true }
connectors:
  - type: ldap
    id: ldap
    name: Directory
    config:
      host: localhost:${slapd.port}
      startTLS: true
      rootCAData: ${Buffer.from(slapd.certificates.ca).toString("base64")}
      bindDN: ${admin.dn}
      bindPW: ${admin.password}
      usernamePrompt: Staff number
      userSearch: { baseDN: "${people}", username: uid, nameAttr: cn, preferredUsernameAttr: uid }
      groupSearch:
        baseDN: dc=example,dc=org
        userMatchers: [{ userAttr: DN, groupAttr: member }]
staticClients:
  - { id: photos, name: Photos, secret: photos-secret, redirectURIs: ["${redirectUri}"] }`,
      parts: { clock: () => now },
    });
  });

  afterAll(async () => {
    await server.stop();
    await slapd.stop();
  });

  const authorizeUrl = (): string =>
    `${server.issuer}/auth?${new URLSearchParams({ client_id: "photos", redirect_uri: redirectUri, response_type: "code", scope, state: "s" })}`;

  async function token(fields: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${server.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("photos:photos-secret")}` },
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  function claims({ body }: { readonly body: Record<string, unknown> }): Record<string, unknown> {
    return JSON.parse(Buffer.from(String(body["id_token"]).split(".")[1] ?? "", "base64url").toString());
  }

  async function logIn(): Promise<string> {
    const browser = createHttpBrowser();
    const page = await browser.follow(authorizeUrl(), server.origin);
    expect(page.body).toContain("Staff number");
    const fields = { req: findField(page.body, "req") ?? "", login: "jane", password: "foo" };
    const done = await browser.follow(findAction(page.body, page.url), server.origin, fields);
    const code = locationQuery(done).get("code") ?? "";
    const answer = await token({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
    expect(claims(answer)).toMatchObject({
      name: "Name of jane",
      preferred_username: "jane",
      email: "jane@example.org",
      email_verified: true,
      groups: ["staff"],
    });
    // Dex's: protobuf of user id and connector id.
    expect(Buffer.from(String(claims(answer)["sub"]), "base64url").toString("latin1")).toBe(
      "\n\u0004jane\u0012\u0004ldap",
    );
    return String(answer.body["refresh_token"]);
  }

  async function directory(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ url: `ldap://127.0.0.1:${slapd.port}`, timeout: 5_000 });
    await client.bind(admin.dn, admin.password);
    await work(client);
    await client.unbind();
  }

  it("logs in, reads the person again at a refresh, waits for a directory that is away, and ends with the entry", async () => {
    let refreshToken = await logIn();
    const refresh = async (): ReturnType<typeof token> => {
      // Past the time in which the last reading still counts.
      now += 60_000;
      const answer = await token({ grant_type: "refresh_token", refresh_token: refreshToken });
      if (answer.status === 200) refreshToken = String(answer.body["refresh_token"]);
      return answer;
    };

    await directory((client) => client.modifyDN("cn=staff,ou=Groups,dc=example,dc=org", "cn=crew"));
    expect(claims(await refresh())).toMatchObject({ groups: ["crew"] });
    await slapd.kill();
    expect(await refresh()).toMatchObject({ status: 503 });
    await slapd.start();
    expect(claims(await refresh())).toMatchObject({ name: "Name of jane" });
    await directory((client) => client.del(`uid=jane,${people}`));
    expect(await refresh()).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    await directory((client) =>
      client.add(`uid=jane,${people}`, {
        objectClass: "inetOrgPerson",
        uid: "jane",
        cn: "Name of jane",
        sn: "jane",
        mail: "jane@example.org",
        userPassword: "foo",
      }),
    );
    expect(server.log()).not.toContain("admin-secret");
    expect(server.log()).not.toContain('"foo"');
  });

  it("turns away somebody whose entry lacks an attribute, and tells the log who and why", async () => {
    await directory((client) =>
      client.add(`uid=mute,${people}`, {
        objectClass: "inetOrgPerson",
        uid: "mute",
        cn: "M",
        sn: "M",
        userPassword: "foo",
      }),
    );
    const browser = createHttpBrowser();
    const page = await browser.follow(authorizeUrl(), server.origin);
    const fields = { req: findField(page.body, "req") ?? "", login: "mute", password: "foo" };
    const answer = await browser.request(findAction(page.body, page.url), fields);
    expect([answer.status, answer.body.includes("can’t be used for Photos")]).toEqual([403, true]);
    const detail = "the person's entry has no mail";
    expect(server.events()).toContainEqual(
      expect.objectContaining({ event: "login.failed", reason: "denied-upstream", username: "mute", detail }),
    );
  });

  describe.skipIf(!findPart("chromium").available)("in Chromium", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    it("asks for what the directory calls a user name, tells of a wrong password, and goes on to the application", async () => {
      const page = await browser.newPage();
      await page.route("https://photos.example/**", (route) => route.fulfill({ body: "back at the application" }));
      await page.goto(authorizeUrl());
      await page.getByLabel("Staff number").fill("jane");
      await page.fill("#password", "wrong");
      await page.click("#submit-login");
      await page.waitForSelector("#login-error");
      expect(await page.getByLabel("Staff number").inputValue()).toBe("jane");
      await page.fill("#password", "foo");
      await page.click("#submit-login");
      await page.waitForURL("https://photos.example/**");
      expect(new URL(page.url()).searchParams.get("code")).not.toBeNull();
    });
  });
});
