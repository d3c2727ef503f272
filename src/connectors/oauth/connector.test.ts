import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { finishLogin, openConnector, requirePerson, startLogin } from "../../../test/support/connector-login.js";
import { type HttpUpstream, startHttpUpstream, type UpstreamReply } from "../../../test/support/http-upstream.js";
import { encodePair } from "../../platform/encoding.js";
import type { Connector } from "../port.js";

const jwt = (payload: unknown): string => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;

let upstream: HttpUpstream;
let connector: Connector;
let person: UpstreamReply;
let accessToken: string;

beforeAll(async () => {
  upstream = await startHttpUpstream();
});

beforeEach(async () => {
  upstream.answer(({ url }) =>
    url.pathname === "/me"
      ? person
      : { body: { access_token: accessToken, refresh_token: "unused", token_type: "bearer" } },
  );
  accessToken = "opaque";
  person = { body: { id: "p-1" } };
  connector = await open();
});

afterEach(async () => connector.close?.());
afterAll(() => upstream.close());

function open(changes: Record<string, unknown> = {}): Promise<Connector> {
  return openConnector("oauth", {
    clientID: "c",
    clientSecret: "s",
    authorizationURL: `${upstream.url}/authorize`,
    tokenURL: `${upstream.url}/token`,
    userInfoURL: `${upstream.url}/me`,
    ...changes,
  });
}

async function reopen(changes: Record<string, unknown>): Promise<void> {
  await connector.close?.();
  connector = await open(changes);
}

describe("a login of oauth (dex-connectors §5.4)", () => {
  it("asks for nothing that the settings do not name, and for PKCE only where they do", async () => {
    expect([...(await startLogin(connector)).searchParams.keys()].sort()).toEqual([
      "client_id",
      "redirect_uri",
      "response_type",
      "state",
    ]);
    await reopen({ scopes: ["a", "b"], pkceChallenge: "S256" });
    const { searchParams } = await startLogin(connector);
    expect([searchParams.get("scope"), searchParams.get("code_challenge_method")]).toEqual(["a b", "S256"]);
  });

  it("reads the person by Dex's names, and by those of the settings", async () => {
    const members = { preferred_username: "ann", email: "ann@example.com", email_verified: true };
    person = { body: { id: "p-1", user_name: "Ann", ...members, login: "annie", uid: "u-9", mail: "a@b", ok: true } };
    expect(requirePerson(await finishLogin(connector)).identity).toEqual({
      userId: "p-1",
      username: "Ann",
      preferredUsername: "ann",
      email: "ann@example.com",
      emailVerified: true,
      groups: [],
    });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe("Bearer opaque");
    const claimMapping = {
      userNameKey: "login",
      preferredUsernameKey: "login",
      emailKey: "mail",
      emailVerifiedKey: "ok",
    };
    await reopen({ userIDKey: "uid", claimMapping });
    expect(requirePerson(await finishLogin(connector)).identity).toMatchObject({
      userId: "u-9",
      username: "annie",
      preferredUsername: "annie",
      email: "a@b",
    });
  });

  it("takes what is missing or odd besides the id as nothing", async () => {
    person = { body: { id: "p-1", user_name: 7, email: null, email_verified: "yes", groups: "staff" } };
    expect(requirePerson(await finishLogin(connector)).identity).toMatchObject({
      username: "",
      email: "",
      emailVerified: false,
      groups: [],
    });
  });

  it.each([[{}], [{ id: "" }], [{ id: null }], [{ id: true }], [{ id: { a: 1 } }], [{ id: ["p"] }], [[]]])(
    "is none without an id: %j",
    async (body) => {
      person = { body };
      await expect(finishLogin(connector)).rejects.toThrow(/no usable id|unexpected form/);
    },
  );

  it.each([{ status: 500 }, { status: 401 }, { body: "<html>" }, { status: 204 }])(
    "is none where the upstream does not answer with a person: %j",
    async (reply) => {
      person = reply;
      await expect(finishLogin(connector)).rejects.toThrow("/me answered");
    },
  );

  it("keeps no credential and promises no refresh, as nothing would use it", async () => {
    expect(requirePerson(await finishLogin(connector)).connectorData).toBeUndefined();
    expect(connector.refresh).toBeUndefined();
  });
});

describe("a number as id (O-19)", () => {
  it("is written as Dex writes it, so that sub stays the same", async () => {
    person = { body: { id: 12345678 } };
    const { userId } = requirePerson(await finishLogin(connector)).identity;
    expect(userId).toBe("1.2345678e+07");
    // What Dex made of the same person at a connector with the id "up".
    expect(encodePair({ first: userId, second: "up" })).toBe("Cg0xLjIzNDU2NzhlKzA3EgJ1cA");
  });

  it("keeps its digits where the settings say so, as far as it has them", async () => {
    await reopen({ exactNumericIDs: true });
    for (const id of [7, 12345678, 9007199254740991]) {
      person = { body: { id } };
      expect(requirePerson(await finishLogin(connector)).identity.userId).toBe(String(id));
    }
    for (const id of ["9007199254740993", "1.5", "1e30"]) {
      person = { body: `{"id":${id}}` };
      await expect(finishLogin(connector)).rejects.toThrow("more digits");
    }
  });
});

describe("a number that is no id", () => {
  it("is refused: digits that JSON has lost are somebody else's as well, and zero is nobody's", async () => {
    for (const [id, reason] of [
      ["9007199254740992", "more digits"],
      ["76561197960287930", "more digits"],
      ["1e999", "more digits"],
      ["0", "no usable id"],
      ["-7", "no usable id"],
    ] as const) {
      person = { body: `{"id":${id}}` };
      await expect(finishLogin(connector)).rejects.toThrow(reason);
    }
  });
});

describe("groups of oauth", () => {
  it("are those of the answer and those of an access token that is a JWT, each once", async () => {
    person = { body: { id: "p", groups: ["a", { name: "b", id: 2 }, { id: 3 }, 4, null] } };
    accessToken = jwt({ groups: ["b", "c"] });
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual(["a", "b", "c"]);
    const scopes = { offlineAccess: false, groups: false };
    expect(requirePerson(await finishLogin(connector, { code: "c" }, scopes)).identity.groups).toEqual([]);
  });

  it.each(["a.b.c", "..", "a.e30.c.d", jwt([]), jwt(7), jwt({ groups: { __proto__: 1 } })])(
    "are none in an access token that only looks like one: %s",
    async (token) => {
      accessToken = token;
      expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual([]);
    },
  );
});

it("the probe tells a wrong secret", async () => {
  upstream.answer(() => ({ status: 401, body: { error: "invalid_client" } }));
  await expect(connector.probe?.()).rejects.toMatchObject({ key: "clientSecret" });
  upstream.answer(() => ({ status: 400, body: { error: "invalid_grant" } }));
  expect(await connector.probe?.()).toEqual(["the token endpoint takes clientID and clientSecret"]);
});
