import { describe, expect, it } from "vitest";
import { createConnectorContext } from "../../../test/support/connector-context.js";
import type { Connector, LoginResult } from "../port.js";
import { AuthproxyOptions } from "./config.js";
import { openAuthproxy } from "./connector.js";

const scopes = { offlineAccess: true, groups: true };

function open(options: Record<string, unknown> = {}, warnings: string[] = []): Connector {
  const context = createConnectorContext({ warn: (message) => warnings.push(message) });
  return openAuthproxy(AuthproxyOptions.parse({ trustedProxies: ["192.0.2.7"], ...options }), context);
}

/** As Node hands headers out: one character per byte. */
function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function check(connector: Connector, sent: Record<string, string>, peer = "192.0.2.7"): Promise<LoginResult> {
  if (connector.login.kind !== "header") throw new Error("a header login expected");
  const { headers, check: ask } = connector.login;
  const read = Object.entries(sent).filter(([name]) => headers.includes(name));
  return ask({ scopes, headers: new Map(read), peer });
}

const jane = { "x-remote-user": "jane" };

describe("a login by the headers of a proxy (dex-connectors §5.15)", () => {
  it("takes everything from the user's name where there is nothing else", async () => {
    expect(await check(open(), jane)).toEqual({
      outcome: "ok",
      identity: {
        userId: "jane",
        username: "jane",
        preferredUsername: "jane",
        email: "jane",
        emailVerified: true,
        groups: [],
      },
    });
  });

  it("takes id, name, address and groups from their headers, and the groups that everybody has", async () => {
    const sent = {
      ...jane,
      "x-remote-user-id": "17",
      "x-remote-user-name": "Jane Doe",
      "x-remote-user-email": "jane@example.com",
      "x-remote-group": "dev, ops ,, a b",
    };
    expect(await check(open({ staticGroups: ["all"] }), sent)).toMatchObject({
      identity: {
        userId: "17",
        username: "jane",
        preferredUsername: "Jane Doe",
        email: "jane@example.com",
        groups: ["dev", "ops", "a b", "all"],
      },
    });
  });

  it("knows headers by the names of the config, in any letters, and asks for these alone", async () => {
    const connector = open({ userHeader: "X-Forwarded-User", groupHeader: "X-G", groupHeaderSeparator: ";" });
    const sent = { "x-forwarded-user": "jane", "x-remote-user": "boss", "x-g": "a;b,c" };
    expect(await check(connector, sent)).toMatchObject({ identity: { username: "jane", groups: ["a", "b,c"] } });
    expect(connector.login).toMatchObject({
      headers: ["x-forwarded-user", "x-remote-user-id", "x-remote-user-name", "x-remote-user-email", "x-g"],
    });
  });

  it("reads UTF-8, as it stands in Dex's sub; what identifies nobody may be in Latin-1", async () => {
    const sent = { "x-remote-user": asBytes("jürgen@例"), "x-remote-user-name": "J\xfcrgen" };
    expect(await check(open(), sent)).toMatchObject({
      identity: { userId: "jürgen@例", username: "jürgen@例", preferredUsername: "Jürgen" },
    });
    expect(await check(open(), { "x-remote-user": "J\xfcrgen" })).toMatchObject({ outcome: "denied" });
    expect(await check(open(), { ...jane, "x-remote-user-id": "J\xfcrgen" })).toMatchObject({ outcome: "denied" });
  });

  it.each([{}, { "x-remote-user": "" }, { "x-remote-user-id": "17" }])("needs a user: %j", async (sent) => {
    expect(await check(open(), sent)).toEqual({
      outcome: "denied",
      detail: "the proxy sent no X-Remote-User in UTF-8",
    });
  });

  it("believes the proxy's address alone (O-24)", async () => {
    for (const peer of ["192.0.2.8", "127.0.0.1", "", "::1"])
      expect(await check(open(), jane, peer)).toMatchObject({ outcome: "denied" });
    const connector = open({ trustedProxies: ["192.0.2.0/24", "2001:db8::/32"] });
    for (const peer of ["192.0.2.200", "::ffff:192.0.2.1", "2001:db8::5"])
      expect(await check(connector, jane, peer)).toMatchObject({ outcome: "ok" });
  });

  it("believes loopback and private networks where nobody says which proxies, with a warning", async () => {
    const warnings: string[] = [];
    const connector = open({ trustedProxies: undefined }, warnings);
    expect(warnings).toEqual([expect.stringContaining("trustedProxies is not set")]);
    for (const peer of ["127.0.0.1", "::1", "10.1.2.3", "172.20.0.3", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"])
      expect(await check(connector, jane, peer)).toMatchObject({ outcome: "ok" });
    for (const peer of ["203.0.113.5", "172.32.0.1", "2001:db8::1"])
      expect(await check(connector, jane, peer)).toMatchObject({ outcome: "denied" });
  });

  it("tells a probe whom it believes", async () => {
    expect(await open().probe?.()).toEqual(["headers are believed from 192.0.2.7"]);
    expect((await open({ trustedProxies: undefined }).probe?.())?.[0]).toContain("10.0.0.0/8");
  });

  it("can't be refreshed, as in Dex", () => {
    expect(open().refresh).toBeUndefined();
  });

  it.each([{ trustedProxies: ["10.0.0.0/33"] }, { trustedProxies: ["proxy"] }, { userHeader: "X Remote" }])(
    "refuses the settings %j",
    (options) => {
      expect(AuthproxyOptions.safeParse(options).success).toBe(false);
    },
  );
});
