import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GiteaOptions } from "../../../src/connectors/gitea/config.js";
import { openGitea } from "../../../src/connectors/gitea/connector.js";
import type { Connector } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
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
import { type GiteaPerson, startGitea } from "./simulator.js";

let now: number;
let forge: Forge<GiteaPerson>;
const opened: Connector[] = [];
const noScopes = { offlineAccess: false, groups: false };

async function start(nameField: "username" | "name" = "username"): Promise<void> {
  forge = await startGitea({ redirectUri: callbackUrl, clock: () => now, nameField });
}

function open(options: Record<string, unknown> = {}): Connector {
  const connector = openGitea(
    GiteaOptions.parse({ ...forgeClient, baseURL: forge.url, ...options }),
    createConnectorContext({ clock: () => now }),
  );
  opened.push(connector);
  return connector;
}

beforeEach(async () => {
  now = Date.parse("2026-03-14T09:26:53Z");
  await start();
});

afterEach(async () => {
  await Promise.all([...opened.splice(0).map((connector) => connector.close?.()), forge.close()]);
});

async function groupsOf(options: Record<string, unknown>, scopes = allScopes): Promise<readonly string[] | string> {
  const result = await logInAt(open(options), scopes);
  return result.outcome === "ok" ? result.identity.groups : result.outcome;
}

describe("a login at Gitea", () => {
  it("gives the numeric id, full name, login and address (dex-connectors §5.11)", async () => {
    expect((await requireLogin(open())).identity).toEqual({
      userId: "4711",
      username: "Robin Example",
      preferredUsername: "robin",
      email: "robin@corp.example",
      emailVerified: true,
      groups: [],
    });
  });

  it("takes the login as the id where it is told to, and the address where the name is missing", async () => {
    forge.person.full_name = "";
    const { identity } = await requireLogin(open({ useLoginAsID: true }));
    expect([identity.userId, identity.username]).toEqual(["robin", "robin@corp.example"]);
  });

  it("asks for no scope, which every version takes for all, and proves itself with S256 (RFC 7636)", async () => {
    const { login } = open();
    if (login.kind !== "redirect") throw new Error("a redirect login expected");
    const input = { scopes: allScopes, callbackUrl: callbackUrl, state: "s", derive: () => "d" };
    const { searchParams } = new URL((await login.start(input)).url);
    expect([searchParams.has("scope"), searchParams.get("code_challenge_method")]).toEqual([false, "S256"]);
  });

  it("is denied to an account that may not sign in, at login and at refresh", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    const blocks: readonly ((person: GiteaPerson) => void)[] = [
      (person) => Object.assign(person, { prohibit_login: true }),
      (person) => Object.assign(person, { prohibit_login: false, active: false }),
    ];
    for (const block of blocks) {
      block(forge.person);
      expect(await logInAt(connector)).toMatchObject({ outcome: "denied" });
      expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    }
  });

  it("says no where a code is used twice, and does not take a wrong secret of ours for that", async () => {
    const { login } = open();
    if (login.kind !== "redirect") throw new Error("a redirect login expected");
    const input = { scopes: allScopes, callbackUrl: callbackUrl, derive: () => "d" };
    expect(await login.finish({ ...input, fields: new Map([["code", "used"]]) })).toMatchObject({ outcome: "denied" });
    await expect(logInAt(open({ clientSecret: "wrong" }))).rejects.toThrow("invalid client secret");
  });
});

describe("organisations and teams of Gitea", () => {
  it("let members of a listed organisation in, whatever scopes were asked for", async () => {
    expect(await groupsOf({ orgs: [{ name: "acme" }] })).toEqual(["acme"]);
    expect(await groupsOf({ orgs: [{ name: "acme" }] }, noScopes)).toEqual(["acme"]);
    expect(await groupsOf({ orgs: [{ name: "umbrella" }] })).toBe("denied");
  });

  it("let in only who is in a listed team: members of the organisation alone are not enough (O-5)", async () => {
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["ops", "sales"] }] })).toEqual(["acme", "acme:ops"]);
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["sales"] }] })).toBe("denied");
    expect(await groupsOf({ orgs: [{ name: "guild", teams: ["ops"] }] })).toBe("denied");
  });

  it("see members who are in no team", async () => {
    expect(await groupsOf({ orgs: [{ name: "guild" }] })).toEqual(["guild"]);
  });

  it("are all groups with loadAllGroups, whatever scopes were asked for", async () => {
    const groups = ["acme", "acme:Owners", "acme:ops", "guild"];
    expect(await groupsOf({ loadAllGroups: true })).toEqual(groups);
    expect(await groupsOf({ loadAllGroups: true }, noScopes)).toEqual(groups);
  });

  it("have their name in `name` in newer versions (O-23)", async () => {
    await forge.close();
    await start("name");
    expect(await groupsOf({ loadAllGroups: true })).toEqual(["acme", "acme:Owners", "acme:ops", "guild"]);
  });

  it("survive a team without an organisation, which ended Dex's request (O-23)", async () => {
    forge.person.teams.unshift({ org: undefined, name: "ops" });
    expect(await groupsOf({ orgs: [{ name: "acme", teams: ["ops"] }] })).toEqual(["acme", "acme:ops"]);
  });

  it("are read over all pages, also where a page holds less than was asked for", async () => {
    forge.person.teams = Array.from({ length: 310 }, (_, index) => ({ org: "acme", name: `team ${index}` }));
    expect(await groupsOf({ loadAllGroups: true })).toHaveLength(312);
  });

  it("end a login at the next refresh after they were left, whatever scopes that asks for", async () => {
    const connector = open({ orgs: [{ name: "acme", teams: ["ops"] }] });
    const login = await requireLogin(connector);
    forge.person.teams.pop();
    for (const scopes of [allScopes, noScopes]) {
      expect(await refreshAt(connector, login, scopes)).toMatchObject({ outcome: "denied" });
    }
  });
});

describe("a refresh at Gitea, whose refresh tokens work once where it is set up so", () => {
  it("hands the new tokens on", async () => {
    const connector = open();
    let login = await requireLogin(connector);
    for (let round = 0; round < 2; round++) {
      now += 3_595_000;
      const result = await refreshAt(connector, login, noScopes);
      expect(result).toMatchObject({ outcome: "ok", connectorData: expect.any(String) });
      login = requirePerson(result);
    }
    expect(forge.authority.refreshes).toBe(2);
  });

  it("is denied where the token was used already", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    now += 3_595_000;
    await refreshAt(connector, login);
    expect(await refreshAt(connector, login)).toEqual({
      outcome: "denied",
      detail: "unauthorized_client: token was already used",
    });
  });

  it("throws where our secret is wrong: that must not end anybody's login", async () => {
    const login = await requireLogin(open());
    now += 3_595_000;
    await expect(refreshAt(open({ clientSecret: "old" }), login)).rejects.toThrow("invalid client secret");
    expect(await refreshAt(open(), login)).toMatchObject({ outcome: "ok" });
  });

  it("goes on from what Dex stored", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    const { accessToken, refreshToken } = forge.authority.issue(forge.person, []);
    const connectorData = JSON.stringify({ accessToken, refreshToken, expiry: "2026-03-14T09:00:00.123456789+01:00" });
    expect(await refreshAt(connector, { ...login, connectorData })).toMatchObject({ outcome: "ok" });
    expect(forge.authority.refreshes).toBe(1);
  });
});

describe("the check of a Gitea connector (latchkey check --online)", () => {
  it("is content where id and secret are right and the API answers", async () => {
    const { probe } = open({ redirectURI: callbackUrl });
    expect(await probe?.()).toContain("the token endpoint takes clientID and clientSecret");
  });

  it.each([
    ["clientSecret", { clientSecret: "wrong" }, "invalid client secret"],
    ["clientSecret", { clientID: "wrong" }, "invalid_client"],
    ["baseURL", { baseURL: "http://127.0.0.1:9" }, "could not be reached"],
  ])("names the key that is wrong: %s %j", async (key, options, message) => {
    await expect(open(options).probe?.()).rejects.toMatchObject({ key, message: expect.stringContaining(message) });
  });

  it("names the redirect URI where Gitea does not know it", async () => {
    forge.disturb = ({ method }) =>
      method === "POST"
        ? { status: 400, body: { error: "unauthorized_client", error_description: "unexpected redirect URI" } }
        : undefined;
    const { probe } = open({ redirectURI: "https://elsewhere.example/callback" });
    await expect(probe?.()).rejects.toMatchObject({ key: "redirectURI" });
  });
});

describeTrouble({
  forge: () => forge,
  open: () => open(),
  personPath: "/api/v1/user",
  tokenPath: "/login/oauth/access_token",
  personWithoutId: { login: "robin", email: "robin@corp.example" },
  revoke: () => forge.authority.revoke(forge.person),
});
