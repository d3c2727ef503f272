import { describe, expect, it } from "vitest";
import type { Client } from "../records/client.js";
import { findRefusal, type GateQuestion } from "./gate.js";

const grantTypes = ["authorization_code", "refresh_token", "password"] as const;
const client: Client = {
  id: "app",
  name: "App",
  isPublic: false,
  redirectUris: [],
  trustedPeers: [],
  refreshPolicy: { rotation: true, reuseIntervalMs: 30_000, maxPerUserAndClient: 50 },
};

describe.each(grantTypes)("the gate before %s (DESIGN wall 6, security cases 5, 6, 25, 32)", (grantType) => {
  function pass(changes: Partial<Client> = {}, more: Partial<GateQuestion> = {}): string | undefined {
    const asked = { client: { ...client, ...changes }, connector: { id: "github" }, grantType };
    return findRefusal({ ...asked, serverGrantTypes: grantTypes, ...more });
  }

  it("lets everybody pass where nothing is restricted", () => {
    expect(pass()).toBeUndefined();
    expect(pass({}, { groups: [] })).toBeUndefined();
  });

  it("is shut where the server does not allow the grant type", () => {
    const serverGrantTypes = grantTypes.filter((type) => type !== grantType);
    expect(pass({}, { serverGrantTypes })).toBe("grant-type-off");
  });

  it("asks for a connector that the client allows", () => {
    expect(pass({ allowedConnectors: ["ldap", "github"] })).toBeUndefined();
    expect(pass({ allowedConnectors: ["ldap"] })).toBe("connector-not-allowed");
    expect(pass({ allowedConnectors: [] })).toBe("connector-not-allowed");
    expect(pass({ allowedConnectors: ["GitHub"] })).toBe("connector-not-allowed");
  });

  it("asks for a connector that allows the grant type", () => {
    expect(pass({}, { connector: { id: "github", grantTypes: [grantType] } })).toBeUndefined();
    expect(pass({}, { connector: { id: "github", grantTypes: [] } })).toBe("connector-grant-type");
  });

  it("asks for one of the client's groups as soon as the person is known", () => {
    const restricted = { allowedGroups: ["admins", "staff"] };
    expect(pass(restricted)).toBeUndefined();
    expect(pass(restricted, { groups: ["staff", "other"] })).toBeUndefined();
    expect(pass(restricted, { groups: [] })).toBe("group-not-allowed");
    expect(pass(restricted, { groups: ["Admins"] })).toBe("group-not-allowed");
    expect(pass({ allowedGroups: [] }, { groups: ["staff"] })).toBe("group-not-allowed");
  });
});
