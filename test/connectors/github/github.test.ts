import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GitHubOptions } from "../../../src/connectors/github/config.js";
import { openGitHub } from "../../../src/connectors/github/connector.js";
import type { Connector, ConnectorContext } from "../../../src/connectors/port.js";
import { createConnectorContext, plainHttp } from "../../support/connector-context.js";
import {
  allScopes,
  callbackUrl,
  logInAt,
  refreshAt,
  requireLogin,
  requirePerson,
} from "../../support/connector-login.js";
import { type Forge, forgeClient } from "../../support/forge-simulator.js";
import { describeTrouble } from "../../support/forge-trouble.js";
import { describeWith, findPart } from "../../support/parts.js";
import { createTempFolder } from "../../support/temp-folder.js";
import { type GitHubPerson, githubApiPath, refuseGitHub, startGitHub } from "./simulator.js";

let now: number;
let forge: Forge<GitHubPerson>;
const opened: Connector[] = [];

async function start(expires: boolean): Promise<void> {
  forge = await startGitHub({ redirectUri: callbackUrl, clock: () => now, expires });
}

function open(options: Record<string, unknown> = {}, context: Partial<ConnectorContext> = {}): Connector {
  const addresses = "hostName" in options ? {} : { baseURL: forge.url, apiURL: `${forge.url}${githubApiPath}/` };
  const connector = openGitHub(
    GitHubOptions.parse({ ...forgeClient, ...addresses, ...options }),
    createConnectorContext({ clock: () => now, ...context }),
  );
  opened.push(connector);
  return connector;
}

beforeEach(async () => {
  now = Date.parse("2026-03-14T09:26:53Z");
  await start(false);
});

afterEach(async () => {
  await Promise.all([...opened.splice(0).map((connector) => connector.close?.()), forge.close()]);
});

async function groupsOf(options: Record<string, unknown>, scopes = allScopes): Promise<readonly string[] | string> {
  const result = await logInAt(open(options), scopes);
  return result.outcome === "ok" ? result.identity.groups : result.outcome;
}

function askedPaths(): readonly string[] {
  return forge.requests.map(({ url }) => url.pathname.replace(githubApiPath, ""));
}

describe("a login at GitHub", () => {
  it("gives the numeric id, name, login and the verified primary address (dex-connectors §5.5)", async () => {
    expect((await requireLogin(open())).identity).toEqual({
      userId: "583231",
      username: "The Octocat",
      preferredUsername: "octocat",
      email: "octocat@github.example",
      emailVerified: true,
      groups: [],
    });
  });

  it("calls whoever has no name by their login", async () => {
    forge.person.name = null;
    expect((await requireLogin(open())).identity.username).toBe("octocat");
  });

  it("refuses an id whose digits JSON does not keep", async () => {
    forge.disturb = ({ url }) =>
      url.pathname === `${githubApiPath}/user`
        ? { headers: { "content-type": "application/json" }, body: '{"id": 9007199254740993, "login": "octocat"}' }
        : undefined;
    await expect(logInAt(open())).rejects.toThrow("id");
  });

  it("takes the login as the id where it is told to", async () => {
    expect((await requireLogin(open({ useLoginAsID: true }))).identity.userId).toBe("octocat");
  });

  it("asks for organisations only where they are needed, and proves itself with S256 (RFC 7636)", async () => {
    const url = async (options: Record<string, unknown>, groups: boolean): Promise<URLSearchParams> => {
      const { login } = open(options);
      if (login.kind !== "redirect") throw new Error("a redirect login expected");
      const input = { callbackUrl: callbackUrl, state: "s", derive: () => "d" };
      return new URL((await login.start({ scopes: { offlineAccess: true, groups }, ...input })).url).searchParams;
    };
    expect((await url({}, false)).get("scope")).toBe("user:email");
    expect((await url({}, true)).get("scope")).toBe("user:email read:org");
    expect((await url({ org: "acme" }, false)).get("scope")).toBe("user:email read:org");
    expect((await url({}, false)).get("code_challenge_method")).toBe("S256");
  });

  it("is denied to a suspended account, at login and at refresh", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    forge.person.isSuspended = true;
    const denied = { outcome: "denied", detail: "Sorry. Your account was suspended." };
    expect(await logInAt(connector)).toEqual(denied);
    expect(await refreshAt(connector, login)).toEqual(denied);
  });
});

describe("what GitHub says with an error and status 200", () => {
  it.each(["bad_verification_code", "unverified_user_email"])("is a no to the person: %s", async (error) => {
    forge.disturb = ({ method }) => (method === "POST" ? { body: { error } } : undefined);
    expect(await logInAt(open())).toEqual({ outcome: "denied", detail: error });
  });

  it.each(["incorrect_client_credentials", "redirect_uri_mismatch"])("is our mistake: %s", async (error) => {
    forge.disturb = ({ method }) => (method === "POST" ? { body: { error } } : undefined);
    await expect(logInAt(open())).rejects.toThrow(error);
  });
});

describe("the e-mail address of a GitHub account", () => {
  it("is the public one where there is one, without a look at the others", async () => {
    forge.person.email = "public@github.example";
    expect((await requireLogin(open())).identity.email).toBe("public@github.example");
    expect(askedPaths()).not.toContain("/user/emails");
  });

  it("is the verified one in the preferred domain, also before a public one", async () => {
    forge.person.email = "public@github.example";
    expect((await requireLogin(open({ preferredEmailDomain: "*.example.com" }))).identity.email).toBe(
      "cat@work.example.com",
    );
    expect((await requireLogin(open({ preferredEmailDomain: "corp.example.com" }))).identity.email).toBe(
      "octocat@github.example",
    );
  });

  it("is never an unverified one: without another nobody comes in", async () => {
    forge.person.emails = [{ email: "a@b.example", primary: true, verified: false, visibility: null }];
    expect(await logInAt(open())).toEqual({ outcome: "denied", detail: "no verified primary e-mail address" });
  });

  it("is found behind the first page", async () => {
    const rest = forge.person.emails.splice(0);
    for (let index = 0; index < 150; index++) {
      forge.person.emails.push({ email: `${index}@x.example`, primary: false, verified: true, visibility: null });
    }
    forge.person.emails.push(...rest);
    expect((await requireLogin(open())).identity.email).toBe("octocat@github.example");
  });
});

describe("organisations and teams of GitHub", () => {
  it("let members of a listed organisation in, with its teams as groups, whatever scopes were asked for", async () => {
    const groups = ["acme:Core Team", "acme:ops"];
    expect(await groupsOf({ orgs: [{ name: "acme" }] })).toEqual(groups);
    expect(await groupsOf({ orgs: [{ name: "acme" }] }, { offlineAccess: false, groups: false })).toEqual(groups);
  });

  it("let nobody in who is in none of them, or in none of the listed teams", async () => {
    expect(await groupsOf({ orgs: [{ name: "umbrella" }] })).toBe("denied");
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["sales"] }] })).toBe("denied");
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["ops"] }, { name: "umbrella" }] })).toEqual(["acme:ops"]);
  });

  it("do not take a team of another organisation for a listed one", async () => {
    forge.person.orgs.push("umbrella");
    forge.person.teams = [{ org: "umbrella", name: "ops", slug: "ops" }];
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["ops"] }] })).toBe("denied");
  });

  it("limit `org` too, as Dex's documentation says and Dex does not do (O-4)", async () => {
    expect(await groupsOf({ org: "acme" })).toEqual(["Core Team", "ops"]);
    expect(await groupsOf({ org: "umbrella" })).toBe("denied");
  });

  it.each([
    ["name", ["acme:Core Team", "acme:ops"]],
    ["slug", ["acme:core-team", "acme:ops"]],
    ["both", ["acme:Core Team", "acme:core-team", "acme:ops", "acme:ops"]],
  ])("are called by teamNameField %s", async (teamNameField, groups) => {
    expect(await groupsOf({ orgs: [{ name: "acme" }], teamNameField })).toEqual(groups);
  });

  it("are all groups with loadAllGroups, where groups are asked for", async () => {
    forge.person.orgs.push("umbrella");
    expect(await groupsOf({ loadAllGroups: true })).toEqual(["acme", "acme:Core Team", "acme:ops", "umbrella"]);
    expect(await groupsOf({ loadAllGroups: true }, { offlineAccess: true, groups: false })).toEqual([]);
  });

  it("are read over all pages, once for all organisations (O-54)", async () => {
    forge.person.orgs.push("umbrella");
    forge.person.teams = Array.from({ length: 350 }, (_, index) => ({
      org: index % 2 === 0 ? "acme" : "umbrella",
      name: `team ${index}`,
      slug: `team-${index}`,
    }));
    expect(await groupsOf({ orgs: [{ name: "acme" }, { name: "umbrella" }] })).toHaveLength(350);
    expect(askedPaths().filter((path) => path === "/user/teams")).toHaveLength(4);
  });

  it("keep names from the path of the request (O-54)", async () => {
    expect(await groupsOf({ orgs: [{ name: "acme/../acme" }] })).toBe("denied");
    expect(askedPaths()).toContain("/orgs/acme%2F..%2Facme/members/octocat");
  });

  it("count as left where the organisation wants a login of its own for the token", async () => {
    forge.disturb = ({ url }) =>
      url.pathname.includes("/members/")
        ? refuseGitHub(403, "Resource protected by organization SAML enforcement.", {
            "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=A",
          })
        : undefined;
    expect(await groupsOf({ orgs: [{ name: "acme" }] })).toBe("denied");
  });

  it("are unknown, and not left, where the organisation has not approved our application", async () => {
    forge.disturb = ({ url }) =>
      url.pathname.includes("/members/")
        ? refuseGitHub(403, "Although you appear to have the correct authorization credentials, ...")
        : undefined;
    await expect(logInAt(open({ orgs: [{ name: "acme" }] }))).rejects.toThrow("Although you appear");
  });

  it("end a login at the next refresh after they were left, whatever scopes that asks for", async () => {
    const connector = open({ orgs: [{ name: "acme", teams: ["ops"] }] });
    const login = await requireLogin(connector);
    forge.person.teams = [];
    for (const groups of [true, false]) {
      expect(await refreshAt(connector, login, { offlineAccess: false, groups })).toMatchObject({ outcome: "denied" });
    }
  });
});

describe("a refresh at GitHub", () => {
  it("reads the person again with the token of an OAuth app, which does not end", async () => {
    const connector = open({ loadAllGroups: true });
    const login = await requireLogin(connector);
    expect(JSON.parse(login.connectorData ?? "")).toEqual({ accessToken: expect.any(String) });
    forge.person.teams.pop();
    expect(await refreshAt(connector, login)).toMatchObject({ identity: { groups: ["acme", "acme:Core Team"] } });
  });

  it("keeps the groups where this refresh does not ask for them: other applications of the login do", async () => {
    const connector = open({ loadAllGroups: true });
    const login = await requireLogin(connector);
    const result = await refreshAt(connector, login, { offlineAccess: true, groups: false });
    expect(result).toMatchObject({ outcome: "ok", identity: login.identity });
  });

  it("goes on from what Dex stored", async () => {
    const connector = open();
    const { accessToken } = forge.authority.issue(forge.person, ["user:email"]);
    const login = await requireLogin(connector);
    const connectorData = JSON.stringify({ accessToken, expiry: "0001-01-01T00:00:00Z" });
    expect(await refreshAt(connector, { ...login, connectorData })).toMatchObject({ identity: login.identity });
  });

  it("trades the refresh token of a GitHub App once its access token has ended, and keeps the new one", async () => {
    await forge.close();
    await start(true);
    const connector = open();
    const login = await requireLogin(connector);
    now += 28_795_000;
    const first = await refreshAt(connector, login);
    expect(first).toMatchObject({ outcome: "ok", identity: login.identity });
    now += 28_795_000;
    const second = await refreshAt(connector, requirePerson(first));
    expect(second).toMatchObject({ outcome: "ok" });
    // A refresh token that was used already: an error with status 200.
    expect(await refreshAt(connector, login)).toEqual({
      outcome: "denied",
      detail: "bad_refresh_token: As its name says.",
    });
  });
});

describe("GitHub's limits", () => {
  it.each([
    ["the hourly one", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1773483000" }, "API rate limit exceeded"],
    ["a secondary one", { "retry-after": "60" }, "You have exceeded a secondary rate limit"],
  ])("are trouble with status 403, and end no login: %s", async (_name, headers, message) => {
    const connector = open({ orgs: [{ name: "acme" }] });
    const login = await requireLogin(connector);
    for (const path of ["/user", "/user/teams", "/orgs/acme/members/octocat"]) {
      forge.disturb = ({ url }) =>
        url.pathname === `${githubApiPath}${path}` ? refuseGitHub(403, message, headers) : undefined;
      await expect(refreshAt(connector, login)).rejects.toThrow(message);
      await expect(logInAt(connector)).rejects.toThrow(message);
    }
  });
});

describe("the check of a GitHub connector (latchkey check --online)", () => {
  it("is content where id and secret are right and the API answers", async () => {
    expect(await open().probe?.()).toContain("the token endpoint takes clientID and clientSecret");
  });

  it.each([
    ["clientSecret", { clientSecret: "wrong" }, "incorrect_client_credentials"],
    ["clientID", { clientID: "wrong" }, "Not Found"],
    ["baseURL", { apiURL: "http://127.0.0.1:9/api/v3" }, "could not be reached"],
  ])("names the key that is wrong: %s %j", async (key, options, message) => {
    await expect(open(options).probe?.()).rejects.toMatchObject({ key, message: expect.stringContaining(message) });
  });

  it("tells an address that is not the API", async () => {
    forge.disturb = ({ url }) => (url.pathname === `${githubApiPath}/user` ? { body: "<html>" } : undefined);
    await expect(open().probe?.()).rejects.toThrow("is it the API?");
  });
});

describeWith("openssl", "GitHub Enterprise Server", () => {
  function createCertificate(): { readonly key: string; readonly cert: string } {
    const folder = createTempFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    execFileSync(findPart("openssl").path, ["req", ...kind, ...subject, "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  }

  it("is found by hostName, trusted by rootCA alone, and counts every address as verified", async () => {
    await forge.close();
    const tls = createCertificate();
    forge = await startGitHub({ redirectUri: callbackUrl, clock: () => now, tls });
    forge.person.emails = [{ email: "a@corp.example", primary: true, verified: false, visibility: null }];
    const hostName = new URL(forge.url).host;
    const trusting = { ...plainHttp, ca: [tls.cert] };
    const result = await logInAt(open({ hostName, rootCA: tls.cert }), allScopes, trusting);
    expect(result).toMatchObject({ outcome: "ok", identity: { email: "a@corp.example", emailVerified: true } });
    await expect(logInAt(open({ hostName }), allScopes, trusting)).rejects.toThrow("certificate");
  });
});

describeTrouble({
  forge: () => forge,
  open: () => open(),
  personPath: `${githubApiPath}/user`,
  tokenPath: "/login/oauth/access_token",
  personWithoutId: { login: "octocat", email: "a@b.example" },
  revoke: () => forge.authority.revoke(forge.person),
});
