import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BitbucketCloudOptions } from "../../../src/connectors/bitbucket-cloud/config.js";
import { openBitbucketCloud } from "../../../src/connectors/bitbucket-cloud/connector.js";
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
import { type BitbucketPerson, bitbucketApiPath, refuseBitbucket, startBitbucket } from "./simulator.js";

let now: number;
let forge: Forge<BitbucketPerson>;
let warnings: string[];
const opened: Connector[] = [];
const noScopes = { offlineAccess: false, groups: false };

function open(options: Record<string, unknown> = {}): Connector {
  const addresses = { baseURL: forge.url, apiURL: forge.url + bitbucketApiPath };
  const connector = openBitbucketCloud(
    BitbucketCloudOptions.parse({ ...forgeClient, ...addresses, ...options }),
    createConnectorContext({ clock: () => now, warn: (message) => warnings.push(message) }),
  );
  opened.push(connector);
  return connector;
}

beforeEach(async () => {
  now = Date.parse("2026-03-14T09:26:53Z");
  warnings = [];
  forge = await startBitbucket({ redirectUri: callbackUrl, clock: () => now });
});

afterEach(async () => {
  await Promise.all([...opened.splice(0).map((connector) => connector.close?.()), forge.close()]);
});

async function groupsOf(options: Record<string, unknown>, scopes = allScopes): Promise<readonly string[] | string> {
  const result = await logInAt(open(options), scopes);
  return result.outcome === "ok" ? result.identity.groups : result.outcome;
}

describe("a login at Bitbucket Cloud", () => {
  it("gives the UUID with its braces, user name, primary address and workspaces (dex-connectors §5.10)", async () => {
    expect((await requireLogin(open())).identity).toEqual({
      userId: "{c788b2da-b7a2-404c-9e26-d3f077557007}",
      username: "emma",
      preferredUsername: "",
      email: "emma@corp.example",
      emailVerified: true,
      groups: ["acme", "guild", "secret"],
    });
  });

  it("sends no redirect_uri and no challenge, and proves itself by Basic (O-53)", async () => {
    const { login } = open();
    if (login.kind !== "redirect") throw new Error("a redirect login expected");
    const input = { scopes: allScopes, callbackUrl: callbackUrl, state: "s", derive: () => "d" };
    const { searchParams } = new URL((await login.start(input)).url);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: "code",
      client_id: forgeClient.clientID,
      scope: "account email",
      state: "s",
    });
    await requireLogin(open());
    const exchange = forge.requests.find(({ method }) => method === "POST");
    expect([exchange?.form.has("redirect_uri"), exchange?.headers.authorization?.startsWith("Basic ")]).toEqual([
      false,
      true,
    ]);
  });

  it("needs a primary address that is confirmed", async () => {
    forge.person.emails = [{ email: "emma@corp.example", is_primary: true, is_confirmed: false }];
    expect(await logInAt(open())).toMatchObject({ outcome: "denied" });
  });

  it("finds the address behind the first page", async () => {
    const rest = forge.person.emails.splice(0);
    for (let index = 0; index < 130; index++) {
      forge.person.emails.push({ email: `${index}@x.example`, is_primary: false, is_confirmed: true });
    }
    forge.person.emails.push(...rest);
    expect((await requireLogin(open())).identity.email).toBe("emma@corp.example");
  });

  it("needs no user name", async () => {
    forge.person.username = undefined;
    expect((await requireLogin(open())).identity.username).toBe("");
  });

  it("is denied to an account that is closed, at login and at refresh", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    forge.person.account_status = "closed";
    expect(await logInAt(connector)).toMatchObject({ outcome: "denied" });
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
  });

  it("says that includeTeamGroups has no effect", () => {
    open();
    expect(warnings).toEqual([]);
    open({ includeTeamGroups: true });
    expect(warnings).toEqual([expect.stringContaining("includeTeamGroups has no effect")]);
  });
});

describe("workspaces of Bitbucket Cloud", () => {
  it("let members in, narrowed to the list, whatever scopes were asked for", async () => {
    expect(await groupsOf({ teams: ["guild", "other"] })).toEqual(["guild"]);
    expect(await groupsOf({ teams: ["guild"] }, noScopes)).toEqual(["guild"]);
    expect(await groupsOf({ teams: ["other"] })).toBe("denied");
  });

  it("have permissions behind them where that is set; one that may not be seen is left out", async () => {
    const getWorkspacePermissions = true;
    expect(await groupsOf({ getWorkspacePermissions })).toEqual([
      ...["acme", "guild", "secret"],
      ...["acme:owner", "guild:member"],
    ]);
    expect(await groupsOf({ getWorkspacePermissions, teams: ["acme:owner"] })).toEqual(["acme:owner"]);
    expect(await groupsOf({ getWorkspacePermissions, teams: ["guild:owner"] })).toBe("denied");
  });

  it("are unknown, and not left, where a permission can't be read", async () => {
    const connector = open({ getWorkspacePermissions: true, teams: ["acme:owner"] });
    const login = await requireLogin(connector);
    forge.disturb = ({ url }) =>
      url.pathname.endsWith("/permission") ? refuseBitbucket(429, "Rate limit") : undefined;
    await expect(refreshAt(connector, login)).rejects.toThrow("Rate limit");
  });

  it("are read over all pages", async () => {
    forge.person.workspaces = Array.from({ length: 320 }, (_, index) => ({ slug: `w${index}`, permission: "member" }));
    expect(await groupsOf({})).toHaveLength(320);
  });

  it("end a login at the next refresh after they were left, whatever scopes that asks for", async () => {
    const connector = open({ teams: ["acme"] });
    const login = await requireLogin(connector);
    forge.person.workspaces = [];
    for (const scopes of [allScopes, noScopes]) {
      expect(await refreshAt(connector, login, scopes)).toMatchObject({ outcome: "denied" });
    }
  });
});

describe("a refresh at Bitbucket Cloud", () => {
  it("hands new tokens on, and is denied where a refresh token was used already", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    now += 7_195_000;
    const next = await refreshAt(connector, login);
    expect(next).toMatchObject({ outcome: "ok", identity: login.identity, connectorData: expect.any(String) });
    now += 7_195_000;
    expect(await refreshAt(connector, requirePerson(next))).toMatchObject({
      outcome: "ok",
    });
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
  });

  it("throws where our secret is wrong: that must not end anybody's login", async () => {
    const login = await requireLogin(open());
    now += 7_195_000;
    await expect(refreshAt(open({ clientSecret: "old" }), login)).rejects.toThrow("Invalid client credentials");
  });

  it("goes on from what Dex stored", async () => {
    const connector = open();
    const login = await requireLogin(connector);
    const { accessToken, refreshToken } = forge.authority.issue(forge.person, []);
    const connectorData = JSON.stringify({ accessToken, refreshToken, expiry: "2026-03-14T11:26:53.5Z" });
    expect(await refreshAt(connector, { ...login, connectorData })).toMatchObject({ identity: login.identity });
  });
});

describe("the check of a Bitbucket connector (latchkey check --online)", () => {
  it("is content where key and secret are right and the API answers", async () => {
    expect(await open().probe?.()).toContain("the token endpoint takes clientID and clientSecret");
  });

  it.each([
    ["clientSecret", { clientSecret: "wrong" }],
    ["baseURL", { baseURL: "http://127.0.0.1:9" }],
  ])("names the key that is wrong: %s", async (key, options) => {
    await expect(open(options).probe?.()).rejects.toMatchObject({ key });
  });
});

describeTrouble({
  forge: () => forge,
  open: () => open(),
  personPath: `${bitbucketApiPath}/user`,
  tokenPath: "/site/oauth2/access_token",
  personWithoutId: { username: "emma" },
  revoke: () => forge.authority.revoke(forge.person),
});
