import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeystoneOptions } from "../../../src/connectors/keystone/config.js";
import { openKeystone } from "../../../src/connectors/keystone/connector.js";
import type { Connector } from "../../../src/connectors/port.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { checkPassword, requirePerson } from "../../support/connector-login.js";
import { type HttpUpstream, startHttpUpstream, type UpstreamReply } from "../../support/http-upstream.js";

// What a Keystone in order does not answer, or only with another database or policy.

const token: UpstreamReply = {
  status: 201,
  headers: { "x-subject-token": "t" },
  body: { token: { user: { id: "u1", name: "Jane" } } },
};

let upstream: HttpUpstream;
let connector: Connector;
let warnings: string[];
let replies: { token: UpstreamReply; user: UpstreamReply; groups: UpstreamReply };

beforeEach(async () => {
  warnings = [];
  replies = {
    token,
    user: { body: { user: { id: "u1", name: "Jane", email: null } } },
    groups: { body: { groups: [{ name: "g" }] } },
  };
  upstream = await startHttpUpstream(({ url }) => {
    if (url.pathname === "/v3/auth/tokens") return replies.token;
    return url.pathname.endsWith("/groups") ? replies.groups : replies.user;
  });
  const context = createConnectorContext({ warn: (text) => warnings.push(text) });
  connector = await openKeystone(KeystoneOptions.parse({ keystoneHost: upstream.url }), context);
});

afterEach(async () => {
  await Promise.all([connector.close?.(), upstream.close()]);
});

describe("a login with keystone", () => {
  it("asks nothing for an empty name or password", async () => {
    await checkPassword(connector, "", "x");
    await checkPassword(connector, "x", "");
    expect(upstream.requests).toEqual([]);
  });

  it("takes the name as Keystone writes it: MySQL compares without case", async () => {
    expect(requirePerson(await checkPassword(connector, "jANE", "x")).identity.username).toBe("Jane");
  });

  it.each([403, 404])(
    "goes on without an address where a policy keeps people from reading themselves: %i (O-20)",
    async (status) => {
      replies.user = { status, body: { error: { code: status } } };
      expect(requirePerson(await checkPassword(connector, "jane", "x")).identity).toMatchObject({
        userId: "u1",
        email: "",
      });
    },
  );

  it("warns where Keystone cuts the list of groups", async () => {
    replies.groups = { body: { groups: [{ name: "g" }], truncated: true } };
    requirePerson(await checkPassword(connector, "jane", "x"));
    expect(warnings).toEqual([expect.stringContaining("list_limit")]);
  });

  it.each<[string, Partial<typeof replies>]>([
    ["a success that is not 201", { token: { ...token, status: 200 } }],
    ["no token", { token: { ...token, headers: {} } }],
    ["no user id", { token: { ...token, body: { token: { user: { id: "", name: "Jane" } } } } }],
    ["another identity API", { token: { ...token, body: { access: {} } } }],
    ["too many requests", { token: { status: 429, headers: { "retry-after": "600" } } }],
    ["a fault", { token: { status: 500 } }],
    ["a fault at the user", { user: { status: 500 } }],
    ["groups that may not be read", { groups: { status: 403 } }],
    ["a page for the groups", { groups: { body: "<html>" } }],
  ])("lets nobody in at %s", async (_what, changed) => {
    replies = { ...replies, ...changed };
    await expect(checkPassword(connector, "jane", "x")).rejects.toMatchObject({ name: "UpstreamError" });
  });
});
