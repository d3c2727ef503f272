import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  finishLogin,
  openConnector,
  refreshAt,
  requirePerson,
  startLogin,
} from "../../../test/support/connector-login.js";
import {
  createProviderKey,
  type SigningProvider,
  signWith,
  startSigningProvider,
} from "../../../test/support/signing-provider.js";
import type { Connector } from "../port.js";

const startSeconds = 1_790_000_000;
let provider: SigningProvider;
let open: Connector[];

beforeAll(async () => {
  provider = await startSigningProvider(startSeconds);
});

beforeEach(() => {
  open = [];
  provider.reset();
  const issuer = `${provider.url}/auth/realms/my%20shop`;
  provider.behaviour.claims = { iss: issuer, at_hash: undefined };
  provider.behaviour.replace = {
    "/auth/realms/my%20shop/.well-known/openid-configuration": () => ({
      body: { ...provider.honestDocument(), issuer },
    }),
  };
});

afterEach(async () => {
  for (const connector of open) await connector.close?.();
});
afterAll(() => provider.close());

async function create(changes: Record<string, unknown> = {}): Promise<Connector> {
  const options = { baseURL: `${provider.url}/auth/`, realm: "my shop", clientID: "latchkey", clientSecret: "s" };
  const connector = await openConnector("keycloak", { ...options, ...changes }, { clock: () => startSeconds * 1_000 });
  open.push(connector);
  return connector;
}

function changeClaims(claims: Record<string, unknown>): void {
  provider.behaviour.claims = { ...provider.behaviour.claims, ...claims };
}

describe("a login at a realm of Keycloak", () => {
  it("finds the realm below the base address, and uses PKCE whatever the document says", async () => {
    const { searchParams } = await startLogin(await create());
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("scope")).toBe("openid profile email");
    expect(searchParams.has("prompt")).toBe(false);
    const offline = await startLogin(await create({ requestOfflineAccess: true }));
    expect(offline.searchParams.get("scope")).toBe("openid profile email offline_access");
  });

  it("takes people without name or address, and those with groups by the claim of the mapper", async () => {
    changeClaims({ name: undefined, email: undefined, email_verified: undefined, groups: ["/staff"] });
    expect(requirePerson(await finishLogin(await create())).identity).toEqual({
      userId: "u-1",
      username: "",
      preferredUsername: "",
      email: "",
      emailVerified: false,
      groups: ["/staff"],
    });
  });

  it("reads the roles of the realm from the ID token, or from the access token with its signature checked", async () => {
    const connector = await create({ groupsFrom: "realmRoles", allowedGroups: ["admin", "clerk"] });
    changeClaims({ realm_access: { roles: ["clerk", "offline_access"] }, groups: ["admin"] });
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual(["clerk"]);
    changeClaims({ realm_access: undefined });
    const access = (key = provider.key) => signWith(key, { realm_access: { roles: ["admin"] } });
    provider.behaviour.tokenAnswer = { access_token: await access() };
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual(["admin"]);
    provider.behaviour.tokenAnswer = { access_token: await access(await createProviderKey("key-1")) };
    await expect(finishLogin(connector)).rejects.toThrow("none of the provider's keys");
  });

  it("limits login and refresh to the allowed groups", async () => {
    const connector = await create({ allowedGroups: ["staff"] });
    changeClaims({ groups: ["guests"] });
    expect(await finishLogin(connector)).toMatchObject({ outcome: "denied" });
    changeClaims({ groups: ["staff", "guests"] });
    const login = requirePerson(await finishLogin(connector));
    expect(login.identity.groups).toEqual(["staff"]);
    changeClaims({ groups: [] });
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
  });

  it("ends the session there at logout", async () => {
    const url = (await (await create()).logout?.({ returnUrl: "https://id.example.com/x", state: "s" }))?.url ?? "";
    expect(new URL(url).searchParams.get("client_id")).toBe("latchkey");
  });
});
