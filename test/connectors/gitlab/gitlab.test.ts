import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GitLabOptions } from "../../../src/connectors/gitlab/config.js";
import { openGitLab } from "../../../src/connectors/gitlab/connector.js";
import type { Connector, LoginResult } from "../../../src/connectors/port.js";
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
import { type GitLabPerson, startGitLab } from "./simulator.js";

let now: number;
let forge: Forge<GitLabPerson>;
const opened: Connector[] = [];
const noScopes = { offlineAccess: false, groups: false };

function open(options: Record<string, unknown> = {}): Connector {
  const connector = openGitLab(
    GitLabOptions.parse({ ...forgeClient, baseURL: `${forge.url}/`, ...options }),
    createConnectorContext({ clock: () => now }),
  );
  opened.push(connector);
  return connector;
}

beforeEach(async () => {
  now = Date.parse("2026-03-14T09:26:53Z");
  forge = await startGitLab({ redirectUri: callbackUrl, clock: () => now });
});

afterEach(async () => {
  await Promise.all([...opened.splice(0).map((connector) => connector.close?.()), forge.close()]);
});

async function groupsOf(options: Record<string, unknown>, scopes = allScopes): Promise<readonly string[] | string> {
  const result = await logInAt(open(options), scopes);
  return result.outcome === "ok" ? result.identity.groups : result.outcome;
}

describe("a login at GitLab", () => {
  it("gives the numeric id, name, user name, address and direct groups (dex-connectors §5.6)", async () => {
    expect((await requireLogin(open())).identity).toEqual({
      userId: "12345678",
      username: "Jane Doe",
      preferredUsername: "jane",
      email: "jane@corp.example",
      emailVerified: true,
      groups: ["acme", "tools/build", "guests"],
    });
  });

  it("takes the user name as the id where it is told to, and the address where the name is missing", async () => {
    forge.person.name = "";
    const { identity } = await requireLogin(open({ useLoginAsID: true }));
    expect([identity.userId, identity.username]).toEqual(["jane", "jane@corp.example"]);
  });

  it("does not call an address verified that GitLab says nobody confirmed", async () => {
    forge.person.confirmedAt = null;
    expect((await requireLogin(open())).identity.emailVerified).toBe(false);
  });

  it("asks for the scopes that it needs, and proves itself with S256 (RFC 7636)", async () => {
    const query = async (options: Record<string, unknown>, groups: boolean): Promise<URLSearchParams> => {
      const { login } = open(options);
      if (login.kind !== "redirect") throw new Error("a redirect login expected");
      const input = { callbackUrl: callbackUrl, state: "s", derive: () => "d" };
      return new URL((await login.start({ scopes: { offlineAccess: true, groups }, ...input })).url).searchParams;
    };
    expect((await query({}, false)).get("scope")).toBe("read_user");
    expect((await query({ inheritedGroups: true }, false)).get("scope")).toBe("read_user");
    expect((await query({ groups: ["a"] }, false)).get("scope")).toBe("read_user openid");
    expect((await query({ inheritedGroups: true }, true)).get("scope")).toBe("read_user openid read_api");
    expect((await query({}, true)).get("code_challenge_method")).toBe("S256");
  });

  it.each(["blocked", "deactivated", "ldap_blocked", "banned", "blocked_pending_approval"])(
    "is denied to an account that is %s, at login and at refresh",
    async (state) => {
      const connector = open();
      const login = await requireLogin(connector);
      forge.person.state = state;
      expect(await logInAt(connector)).toMatchObject({ outcome: "denied" });
      expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    },
  );
});

describe("groups of GitLab", () => {
  it("let members in, narrowed to the list, whatever scopes were asked for", async () => {
    expect(await groupsOf({ groups: ["acme", "other"] })).toEqual(["acme"]);
    expect(await groupsOf({ groups: ["acme"] }, noScopes)).toEqual(["acme"]);
    expect(await groupsOf({ groups: ["acm"] })).toBe("denied");
    forge.person.groups = [];
    expect(await groupsOf({ groups: ["acme"] })).toBe("denied");
  });

  it("are not read where nobody asks for them", async () => {
    expect(await groupsOf({}, noScopes)).toEqual([]);
    expect(forge.requests.some(({ url }) => url.pathname === "/oauth/userinfo")).toBe(false);
  });

  it("have roles behind them where that is set: the highest, also from a group above", async () => {
    forge.person.groups.push({ id: 4, path: "acme/web", level: 30 }, { id: 5, path: "acmeX", level: 20 });
    expect(await groupsOf({ getGroupsPermission: true })).toEqual([
      ...["acme", "tools/build", "guests", "acme/web", "acmeX"],
      ...["acme:owner", "tools/build:developer", "acme/web:owner"],
    ]);
    expect(await groupsOf({ getGroupsPermission: true, groups: ["acme:owner"] })).toEqual(["acme:owner"]);
    expect(await groupsOf({ getGroupsPermission: true, groups: ["guests:owner"] })).toBe("denied");
  });

  it("are inherited ones too where that is set, with roles that are asked for one by one", async () => {
    const paths = ["acme", "tools/build", "guests", "acme/platform", "shared/docs", "secret"];
    expect(await groupsOf({ inheritedGroups: true })).toEqual(paths);
    expect(await groupsOf({ inheritedGroups: true, getGroupsPermission: true })).toEqual([
      ...paths,
      ...["acme:owner", "tools/build:developer", "guests:guest", "acme/platform:owner", "shared/docs:reporter"],
    ]);
  });

  it("are read over all pages", async () => {
    forge.person.inherited = Array.from({ length: 497 }, (_, index) => ({
      id: 100 + index,
      path: `g/${index}`,
      level: 10,
    }));
    expect(await groupsOf({ inheritedGroups: true })).toHaveLength(500);
    expect(forge.requests.filter(({ url }) => url.pathname === "/api/v4/groups")).toHaveLength(6);
  });

  it("are trouble where GitLab takes too long over them, and not a login that never ends", async () => {
    const inherited = Array.from({ length: 2_000 }, (_, index) => ({ id: 100 + index, path: `g/${index}`, level: 10 }));
    forge.person.inherited = inherited;
    forge.disturb = ({ url }) => {
      if (url.pathname.includes("/members/")) now += 1_000;
      return undefined;
    };
    await expect(logInAt(open({ inheritedGroups: true, getGroupsPermission: true }))).rejects.toThrow("takes too long");
    expect(forge.requests.filter(({ url }) => url.pathname.includes("/members/")).length).toBeLessThan(40);
  });

  it("end a login at the next refresh after they were left, whatever scopes that asks for", async () => {
    const connector = open({ groups: ["acme"] });
    const login = await requireLogin(connector);
    forge.person.groups = [];
    for (const scopes of [allScopes, noScopes]) {
      expect(await refreshAt(connector, login, scopes)).toMatchObject({ outcome: "denied" });
    }
  });
});

describe("a refresh at GitLab, whose refresh tokens work once", () => {
  it("hands the new tokens on, also where it does not ask for offline_access (O-17)", async () => {
    const connector = open();
    let login = await requireLogin(connector, allScopes);
    for (let round = 0; round < 3; round++) {
      now += 7_195_000;
      const result = await refreshAt(connector, login, noScopes);
      expect(result).toMatchObject({ outcome: "ok", identity: login.identity, connectorData: expect.any(String) });
      login = requirePerson(result);
    }
    expect(forge.authority.refreshes).toBe(3);
  });

  it("keeps the new tokens where GitLab fails right after it has given them", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    now += 7_195_000;
    forge.disturb = ({ url }) => (url.pathname === "/api/v4/user" ? { status: 500 } : undefined);
    const result = await refreshAt(connector, login);
    if (result.outcome !== "unavailable") throw new Error(result.outcome);
    forge.disturb = () => undefined;
    const { connectorData } = result;
    expect(await refreshAt(connector, { ...login, connectorData })).toMatchObject({ outcome: "ok" });
  });

  it("ends where a used refresh token is used again: GitLab takes everything back", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    now += 7_195_000;
    const next = await refreshAt(connector, login);
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    expect(await refreshAt(connector, requirePerson(next))).toMatchObject({
      outcome: "denied",
    });
  });

  it("goes on from what Dex stored, which has no end", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    const { accessToken, refreshToken } = forge.authority.issue(forge.person, ["read_user", "openid"]);
    now += 7_195_000_000;
    const connectorData = JSON.stringify({ accessToken, refreshToken });
    expect(await refreshAt(connector, { ...login, connectorData })).toMatchObject({ outcome: "ok" });
  });
});

describe("a token exchange at GitLab (RFC 8693)", () => {
  const tokenType = "urn:ietf:params:oauth:token-type:access_token";
  const scopes = ["read_user", "openid"];

  async function exchange(
    token: string,
    options: Record<string, unknown> = {},
    type = tokenType,
  ): Promise<LoginResult> {
    const connector = open(options);
    if (connector.exchangeToken === undefined) throw new Error("a token exchange expected");
    return connector.exchangeToken({ scopes: noScopes, tokenType: type, token });
  }

  it("takes a token of our own application, and reads the groups", async () => {
    const { accessToken } = forge.authority.issue(forge.person, scopes);
    expect(await exchange(accessToken)).toMatchObject({
      outcome: "ok",
      identity: { userId: "12345678", groups: ["acme", "tools/build", "guests"] },
    });
    expect(await exchange(accessToken, { groups: ["other"] })).toMatchObject({ outcome: "denied" });
  });

  it("takes none of another application, unless that is listed (O-10)", async () => {
    const { accessToken } = forge.authority.issue(forge.person, scopes, "ci");
    expect(await exchange(accessToken)).toEqual({
      outcome: "denied",
      detail: "the token was given to another application",
    });
    expect(await exchange(accessToken, { exchangeApplications: ["ci"] })).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["has no application", { resource_owner_id: 1, application: null }],
    ["belongs to nobody", { resource_owner_id: null, application: { uid: forgeClient.clientID } }],
  ])("takes none that %s", async (_name, body) => {
    const { accessToken } = forge.authority.issue(forge.person, scopes);
    forge.disturb = ({ url }) => (url.pathname === "/oauth/token/info" ? { body } : undefined);
    expect(await exchange(accessToken)).toMatchObject({ outcome: "denied" });
  });

  it("takes none that is unknown, of another type, or may not read the person", async () => {
    expect(await exchange("nonsense")).toMatchObject({ outcome: "denied" });
    const { accessToken } = forge.authority.issue(forge.person, scopes);
    const idToken = "urn:ietf:params:oauth:token-type:id_token";
    expect(await exchange(accessToken, {}, idToken)).toMatchObject({ outcome: "denied" });
    const weak = forge.authority.issue(forge.person, ["openid"]);
    expect(await exchange(weak.accessToken)).toMatchObject({ outcome: "denied" });
  });

  it("throws where GitLab is in trouble", async () => {
    const { accessToken } = forge.authority.issue(forge.person, scopes);
    for (const path of ["/oauth/token/info", "/api/v4/user", "/oauth/userinfo"]) {
      forge.disturb = ({ url }) => (url.pathname === path ? { status: 502 } : undefined);
      await expect(exchange(accessToken)).rejects.toThrow("502");
    }
  });
});

describe("the check of a GitLab connector (latchkey check --online)", () => {
  it("is content where id and secret are right and the API answers", async () => {
    expect(await open().probe?.()).toContain("the token endpoint takes clientID and clientSecret");
  });

  it.each([
    ["clientSecret", { clientSecret: "wrong" }, "invalid_client"],
    ["baseURL", { baseURL: "http://127.0.0.1:9" }, "could not be reached"],
  ])("names the key that is wrong: %s", async (key, options, message) => {
    await expect(open(options).probe?.()).rejects.toMatchObject({ key, message: expect.stringContaining(message) });
  });
});

describe("GitLab's limits", () => {
  it("are trouble, and end no login: text with status 429", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    for (const path of ["/api/v4/user", "/oauth/userinfo"]) {
      const headers = { "content-type": "text/plain", "retry-after": "45", "ratelimit-remaining": "0" };
      forge.disturb = ({ url }) =>
        url.pathname === path ? { status: 429, headers, body: "Retry later\n" } : undefined;
      await expect(refreshAt(connector, login)).rejects.toThrow("429");
    }
  });
});

describeTrouble({
  forge: () => forge,
  open: () => open(),
  personPath: "/api/v4/user",
  tokenPath: "/oauth/token",
  personWithoutId: { username: "jane", state: "active" },
  revoke: () => forge.authority.revoke(forge.person),
});
