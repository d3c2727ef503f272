import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connector } from "../../../src/connectors/port.js";
import { finishLogin, openConnector, refreshAt, requirePerson, startLogin } from "../../support/connector-login.js";
import { describeError, type GoogleSimulator, startGoogle } from "./simulator.js";

const startSeconds = 1_790_000_000;
const scopes = { offlineAccess: true, groups: true };
const withoutGroups = { offlineAccess: true, groups: false };
let google: GoogleSimulator;
let now: number;
let pauses: number[];
let open: Connector[];

beforeAll(async () => {
  google = await startGoogle(startSeconds, () => now);
});

beforeEach(() => {
  google.resetGoogle();
  google.directory.admins = ["admin@example.com", "admin@school.example"];
  google.directory.memberships = new Map([
    [
      "ann@example.com",
      ["dev@example.com", "staff@example.com", "dev@example.com", "ops@example.com", "all@example.com"],
    ],
  ]);
  now = startSeconds * 1_000;
  pauses = [];
  open = [];
});

afterEach(async () => {
  for (const connector of open) await connector.close?.();
});
afterAll(() => google.close());

async function create(settings: Record<string, unknown> = {}): Promise<Connector> {
  const options = { clientID: "latchkey", clientSecret: "s", issuer: google.url, directoryURL: google.url };
  const connector = await openConnector(
    "google",
    { ...options, ...settings },
    { clock: () => now, pause: async (ms) => void pauses.push(ms) },
  );
  open.push(connector);
  return connector;
}

function createWithGroups(settings: Record<string, unknown> = {}): Promise<Connector> {
  const domainToAdminEmail = { "example.com": "admin@example.com" };
  return create({ serviceAccountFilePath: google.keyFile, domainToAdminEmail, ...settings });
}

describe("a login at Google (dex-connectors §5.7)", () => {
  it("asks for a refresh token in Google's way, with PKCE", async () => {
    const { searchParams } = await startLogin(await create());
    expect(
      ["scope", "access_type", "prompt", "hd", "code_challenge_method"].map((name) => searchParams.get(name)),
    ).toEqual(["openid profile email", "offline", "consent", null, "S256"]);
    expect((await startLogin(await create({ promptType: "" }))).searchParams.has("prompt")).toBe(false);
  });

  it("is sub, name and address, and keeps the refresh token as Dex does", async () => {
    google.behaviour.claims = { preferred_username: "not Google's" };
    expect(await finishLogin(await create())).toEqual({
      outcome: "ok",
      identity: {
        userId: "u-1",
        username: "Ann Example",
        preferredUsername: "",
        email: "ann@example.com",
        emailVerified: true,
        groups: [],
      },
      connectorData: "refresh-1",
    });
  });

  it("takes an account without name or verified address", async () => {
    google.behaviour.claims = { name: undefined, email_verified: undefined };
    expect(requirePerson(await finishLogin(await create())).identity).toMatchObject({
      username: "",
      emailVerified: false,
    });
  });

  it.each([
    [["example.com"], "example.com", "ok", "example.com"],
    [["a.example", "example.com"], "example.com", "ok", "*"],
    [["example.com"], "evil.example", "denied", "example.com"],
    [["example.com"], undefined, "denied", "example.com"],
    [["example.com"], "EXAMPLE.com", "denied", "example.com"],
    [["*"], "evil.example", "denied", "*"],
  ])("with hostedDomains %j and an account of %s is %s", async (hostedDomains, hd, outcome, hint) => {
    google.behaviour.claims = { hd };
    const connector = await create({ hostedDomains });
    expect((await startLogin(connector)).searchParams.get("hd")).toBe(hint);
    expect((await finishLogin(connector)).outcome).toBe(outcome);
  });

  it("keeps the name at a refresh that leaves it out, needs an ID token, and still looks at the domain", async () => {
    const connector = await create({ hostedDomains: ["example.com"] });
    google.behaviour.claims = { hd: "example.com" };
    const login = requirePerson(await finishLogin(connector));
    google.behaviour.claims = { hd: "example.com", name: undefined };
    expect(requirePerson(await refreshAt(connector, login)).identity).toEqual(login.identity);
    google.behaviour.claims = { hd: "moved.example" };
    expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    google.behaviour.tokenAnswer = { id_token: undefined, refresh_token: undefined };
    await expect(refreshAt(connector, login)).rejects.toThrow("no ID token");
  });
});

describe("groups from the Directory API", () => {
  it("come page by page, each once, as the administrator of the domain", async () => {
    const connector = await createWithGroups();
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual([
      "dev@example.com",
      "staff@example.com",
      "ops@example.com",
      "all@example.com",
    ]);
    expect(google.directory.asked).toEqual(["ann@example.com", "ann@example.com", "ann@example.com"]);
    expect([...google.directory.tokens.values()]).toEqual(["admin@example.com"]);
  });

  it("are not asked for where nobody wants them", async () => {
    const connector = await createWithGroups();
    expect(requirePerson(await finishLogin(connector, { code: "c" }, withoutGroups)).identity.groups).toEqual([]);
    expect(google.directory.asked).toEqual([]);
  });

  it("stay for the other clients of a login where one of them refreshes without asking for them", async () => {
    const connector = await createWithGroups();
    const login = requirePerson(await finishLogin(connector));
    expect(requirePerson(await refreshAt(connector, login, withoutGroups)).identity.groups).toHaveLength(4);
  });

  it("limit login and refresh whatever scopes the client asks for (O-7)", async () => {
    const connector = await createWithGroups({ groups: ["ops@example.com"] });
    const login = requirePerson(await finishLogin(connector, { code: "c" }, withoutGroups));
    expect(login.identity.groups).toEqual(["ops@example.com"]);
    google.directory.memberships.set("ann@example.com", ["dev@example.com"]);
    for (const wanted of [scopes, withoutGroups]) {
      expect(await refreshAt(connector, login, wanted)).toMatchObject({ outcome: "denied" });
      expect(await finishLogin(connector, { code: "c" }, wanted)).toMatchObject({ outcome: "denied" });
    }
  });

  it("of groups are read where the settings say so, also where they are in each other", async () => {
    google.directory.memberships = new Map([
      ["ann@example.com", ["dev@example.com"]],
      ["dev@example.com", ["tech@example.com", "all@example.com"]],
      ["tech@example.com", ["all@example.com", "dev@example.com"]],
      ["all@example.com", []],
    ]);
    const connector = await createWithGroups({ fetchTransitiveGroupMembership: true });
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual([
      "dev@example.com",
      "tech@example.com",
      "all@example.com",
    ]);
    expect([...google.directory.asked].sort()).toEqual([
      "all@example.com",
      "ann@example.com",
      "dev@example.com",
      "tech@example.com",
    ]);
  });

  it("are read as the administrator of each domain, or of all others, or not at all", async () => {
    google.behaviour.claims = { email: "Bob@School.example" };
    const admins = { "SCHOOL.example": "admin@school.example", "*": "admin@example.com" };
    const connector = await createWithGroups({ domainToAdminEmail: admins });
    expect((await finishLogin(connector)).outcome).toBe("ok");
    google.behaviour.claims = { email: 'odd"@school.example@other.example' };
    expect((await finishLogin(connector)).outcome).toBe("ok");
    expect([...google.directory.tokens.values()]).toEqual(["admin@school.example", "admin@example.com"]);
    expect(await finishLogin(await createWithGroups())).toMatchObject({ outcome: "denied" });
  });

  it("have the old key adminEmail for all domains", async () => {
    const settings = { serviceAccountFilePath: google.keyFile, adminEmail: "admin@example.com" };
    expect(requirePerson(await finishLogin(await create(settings))).identity.groups).toHaveLength(4);
  });

  it("are read as the service account of the machine where there is no key file", async () => {
    const connector = await createWithGroups({ serviceAccountFilePath: undefined, ...google.machine });
    expect(requirePerson(await finishLogin(connector)).identity.groups).toHaveLength(4);
    expect([...google.directory.tokens.values()]).toEqual(["admin@example.com"]);
  });

  it("are not read where whoever answers is not the metadata server of Google", async () => {
    const connector = await createWithGroups({ serviceAccountFilePath: undefined, ...google.machine });
    const email = "/computeMetadata/v1/instance/service-accounts/default/email";
    google.behaviour.replace = { ...google.behaviour.replace, [email]: () => ({ body: "somebody@else" }) };
    await expect(finishLogin(connector)).rejects.toThrow("no metadata server of Google here");
    await expect(connector.probe?.()).rejects.toMatchObject({ key: "domainToAdminEmail" });
  });

  it("are none for an address that nobody has checked, and for one that the directory does not know", async () => {
    const connector = await createWithGroups();
    google.behaviour.claims = { email_verified: false };
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual([]);
    google.behaviour.claims = { email: "unknown@example.com" };
    expect(requirePerson(await finishLogin(connector)).identity.groups).toEqual([]);
  });

  it("are read with one token for an hour, and with a new one when that is refused", async () => {
    const connector = await createWithGroups();
    const before = google.countRequests("/service-token");
    await finishLogin(connector);
    now += 3_000_000;
    google.behaviour.claims = { exp: startSeconds + 7_200 };
    await finishLogin(connector);
    expect(google.countRequests("/service-token") - before).toBe(1);
    google.directory.tokens.clear();
    expect((await finishLogin(connector)).outcome).toBe("ok");
    expect(google.countRequests("/service-token") - before).toBe(2);
  });

  it.each([
    ["403 forbidden", describeError(403, "Not Authorized to access this resource/api", "forbidden"), "Not Authorized"],
    [
      "403 over quota",
      describeError(403, "Quota exceeded for quota metric 'Queries'", "quotaExceeded"),
      "Quota exceeded",
    ],
    ["503", describeError(503, "The service is currently unavailable.", "backendError", "UNAVAILABLE"), "503"],
    ["a page", { body: "<html>" }, "not JSON"],
    ["another form", { body: { groups: "none" } }, "unexpected form"],
  ])("that can't be read let nobody in, and end nobody's login: %s", async (_what, failure, reason) => {
    const connector = await createWithGroups({ groups: ["ops@example.com"] });
    const login = requirePerson(await finishLogin(connector));
    google.directory.failures.push(failure);
    await expect(finishLogin(connector)).rejects.toThrow(reason);
    google.directory.failures.push(failure);
    google.behaviour.tokenAnswer = { refresh_token: undefined };
    await expect(refreshAt(connector, login)).rejects.toThrow(reason);
  });

  it("wait a little where Google asks for patience", async () => {
    const connector = await createWithGroups();
    const busy = describeError(429, "Too many requests", "rateLimitExceeded", "RESOURCE_EXHAUSTED");
    google.directory.failures.push({ ...busy, headers: { "retry-after": "2" } });
    expect((await finishLogin(connector)).outcome).toBe("ok");
    expect(pauses).toEqual([2_000]);
  });

  it("that never end are an error", async () => {
    const connector = await createWithGroups();
    google.behaviour.replace = {
      ...google.behaviour.replace,
      "/admin/directory/v1/groups": () => ({ body: { groups: [{ email: "a@b" }], nextPageToken: "again" } }),
    };
    await expect(finishLogin(connector)).rejects.toThrow("does not end");
  });

  it("that each take long are given up after a while, all together", async () => {
    const connector = await createWithGroups({ fetchTransitiveGroupMembership: true });
    let asked = 0;
    google.behaviour.replace = {
      ...google.behaviour.replace,
      "/admin/directory/v1/groups": () => {
        asked += 1;
        now += 1_000;
        return { body: { groups: [{ email: `group-${asked}@example.com` }] } };
      },
    };
    await expect(finishLogin(connector)).rejects.toThrow("takes too long");
    expect(asked).toBeLessThan(60);
  });

  it("of an administrator for whom the account may not speak: nobody's login ends", async () => {
    google.directory.admins = [];
    const connector = await createWithGroups();
    await expect(finishLogin(connector)).rejects.toThrow("Client is unauthorized");
    await expect(connector.probe?.()).rejects.toMatchObject({ key: "serviceAccountFilePath" });
  });
});

it("the probe reads groups as every administrator", async () => {
  const connector = await createWithGroups({
    domainToAdminEmail: { a: "admin@example.com", b: "admin@school.example" },
  });
  expect(await connector.probe?.()).toContain("groups can be read as admin@example.com, admin@school.example");
});

it.each(["no JSON, but a secret", "[]", '{"type":"authorized_user"}', '{"type":"service_account","client_email":"a"}'])(
  "a key file that is none keeps the connector closed, and is not quoted: %s",
  async (serviceAccountFilePath) => {
    const failure = await createWithGroups({ serviceAccountFilePath }).catch((error: unknown) => String(error));
    expect(failure).toContain("serviceAccountFilePath: the file is no");
    expect(failure).not.toContain("but a secret");
  },
);
