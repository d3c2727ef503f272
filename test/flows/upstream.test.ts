import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createHttpBrowser,
  findAction,
  findField,
  type HttpBrowser,
  locationQuery,
  type Visit,
} from "../support/http-browser.js";
import {
  answerConsent,
  authorizeUrl,
  photos,
  photosYaml,
  readClaims,
  redeem,
  refresh,
  robinYaml,
} from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
let upstream: TestUpstream;
let now: number;
/** How much time passes from one look at the clock to the next. */
let slownessMs: number;

async function start(type: string, extra = "", policy = "{}"): Promise<void> {
  server = await startTestServer({
    yaml: `
storage: { type: memory }
connectors:
  - { type: mockCallback, id: up, name: Partner network, refresh: ${policy} }
${photosYaml}${extra}`,
    // The config knows no test types: the type is replaced behind it.
    parts: {
      clock: () => {
        now += slownessMs;
        return now;
      },
      connectorTypes: new Map([["mockCallback", requireType(type)]]),
    },
  });
}

function requireType(type: string) {
  const found = withTestConnectors(upstream).get(type);
  if (found === undefined) throw new Error(`no test connector ${type}`);
  return found;
}

beforeEach(() => {
  now = Date.parse("2026-03-14T09:26:53Z");
  slownessMs = 0;
  upstream = createTestUpstream();
});

afterEach(async () => {
  await server.stop();
});

/** Starts a login and returns the redirect or page that leads to the upstream. */
function leave(browser: HttpBrowser, extra: Record<string, string> = {}): Promise<Visit> {
  return browser.follow(authorizeUrl(server, { extra }), server.origin);
}

async function comeBack(browser: HttpBrowser, fields: Record<string, string>): Promise<Visit> {
  return browser.follow(`${server.issuer}/callback?${new URLSearchParams(fields)}`, server.origin);
}

async function tokensBy(browser: HttpBrowser, consent: Visit) {
  const done = await answerConsent(browser, server, consent, "approve");
  return redeem(server, locationQuery(done).get("code") ?? "");
}

describe("a login at an upstream by redirect", () => {
  it("sends the sealed flow as state where it fits, and derives the same secrets at start and finish", async () => {
    await start("testRedirect");
    const browser = createHttpBrowser();
    const out = locationQuery(await leave(browser));
    const consent = await comeBack(browser, { code: "abc", state: out.get("state") ?? "" });
    expect(consent.body).toContain("casey@upstream.example");
    expect(consent.body).toContain("Stay connected");
    expect(upstream.finished).toEqual([expect.objectContaining({ code: "abc", nonce: out.get("nonce") })]);
  });

  it("sends a 22-character handle where the state is too long, and keeps the newest three", async () => {
    await start("testSmallState");
    const browser = createHttpBrowser();
    const states: string[] = [];
    for (let tab = 0; tab < 4; tab++) {
      now += 1_000;
      states.push(locationQuery(await leave(browser)).get("state") ?? "");
    }
    expect(states.every((state) => /^[\w-]{22}$/.test(state))).toBe(true);
    expect([...browser.cookies.keys()].filter((name) => name.startsWith("latchkey_state_"))).toHaveLength(3);
    const [oldest = "", , , newest = ""] = states;
    expect((await comeBack(browser, { code: "a", state: oldest })).status).toBe(400);
    expect((await comeBack(browser, { code: "b", state: newest })).body).toContain("casey@upstream.example");
  });

  it("tells the client invalid_request when the request is too long for a cookie", async () => {
    await start("testSmallState");
    const visit = await leave(createHttpBrowser(), { state: "x".repeat(3_000) });
    expect(locationQuery(visit).get("error")).toBe("invalid_request");
  });

  it("shows a 403 page with a way back that carries access_denied when the upstream says no", async () => {
    await start("testRedirect");
    upstream.loginOutcome = "denied";
    const browser = createHttpBrowser();
    const state = locationQuery(await leave(browser)).get("state") ?? "";
    const page = await comeBack(browser, { error: "access_denied", state });
    expect(page.status).toBe(403);
    expect(page.body).toContain("error=access_denied");
  });

  it("shows a page with a way on when the upstream's answer makes no sense, and lets the person try again", async () => {
    await start("testRedirect");
    upstream.loginOutcome = "throws";
    const browser = createHttpBrowser();
    const state = locationQuery(await leave(browser)).get("state") ?? "";
    const page = await comeBack(browser, { code: "a", state });
    expect(page.status).toBe(503);
    expect(page.body).not.toContain("makes no sense");
    upstream.loginOutcome = "ok";
    expect((await comeBack(browser, { code: "b", state })).body).toContain("casey@upstream.example");
  });

  it("asks the upstream once when the same answer arrives several times at once", async () => {
    await start("testRedirect");
    const browser = createHttpBrowser();
    const state = locationQuery(await leave(browser)).get("state") ?? "";
    const visits = await Promise.all(Array.from({ length: 5 }, () => comeBack(browser, { code: "a", state })));
    expect(upstream.finished).toHaveLength(1);
    expect(visits.every((visit) => visit.body.includes("casey@upstream.example"))).toBe(true);
  });

  it("takes connector_id and /auth/{connector} as deep links", async () => {
    await start("testRedirect", robinYaml);
    const chooser = await leave(createHttpBrowser());
    expect(chooser.status).toBe(200);
    const pinned = await leave(createHttpBrowser(), { connector_id: "up" });
    expect(pinned.headers.get("location")).toContain("https://upstream.example/");
    const deep = authorizeUrl(server).replace("/auth?", "/auth/up?");
    expect((await createHttpBrowser().follow(deep, server.origin)).headers.get("location")).toContain(
      "https://upstream.example/",
    );
  });
});

describe("a login that comes back by a cross-site POST", () => {
  for (const type of ["testFormPost", "testFormPostSmall"]) {
    it(`is sent again from our own page before it is judged, because no Lax cookie comes along (${type})`, async () => {
      await start(type);
      const browser = createHttpBrowser();
      const out = await leave(browser);
      expect(out.status).toBe(200);
      const relayState = findField(out.body, "RelayState") ?? "";
      expect(relayState.length <= (type === "testFormPost" ? 1_500 : 80)).toBe(true);
      // The cross-site POST: no cookies.
      const arrived = await createHttpBrowser().request(`${server.issuer}/callback`, {
        SAMLResponse: "PD94",
        RelayState: relayState,
      });
      expect(arrived.status).toBe(200);
      expect(arrived.headers.getSetCookie()).toEqual([]);
      expect(upstream.finished).toEqual([]);
      const fields = {
        SAMLResponse: "PD94",
        RelayState: relayState,
        latchkey_reposted: findField(arrived.body, "latchkey_reposted") ?? "",
      };
      const consent = await browser.follow(findAction(arrived.body, arrived.url), server.origin, fields);
      expect(consent.body).toContain("casey@upstream.example");
      expect(upstream.finished).toEqual([
        { SAMLResponse: "PD94", RelayState: relayState, requestId: findField(out.body, "SAMLRequest") },
      ]);
    });
  }

  it("may be as long as a SAML response with thousands of groups, and no longer; other forms stay short", async () => {
    await start("testFormPost");
    const browser = createHttpBrowser();
    const relayState = findField((await leave(browser)).body, "RelayState") ?? "";
    const fields = { SAMLResponse: "+/".repeat(170_000), RelayState: relayState };
    const arrived = await browser.request(`${server.issuer}/callback`, fields);
    const consent = await browser.follow(`${server.issuer}/callback`, server.origin, {
      ...fields,
      latchkey_reposted: findField(arrived.body, "latchkey_reposted") ?? "",
    });
    expect([arrived.status, consent.status]).toEqual([200, 200]);
    expect(upstream.finished).toMatchObject([{ SAMLResponse: fields.SAMLResponse }]);
    for (const [path, size] of [
      ["/callback", 1_048_576],
      ["/callback/up", 1_048_576],
      ["/auth", 70_000],
    ] as const) {
      const refused = await browser.request(`${server.issuer}${path}`, { SAMLResponse: "A".repeat(size) });
      expect([refused.status, refused.body.includes("latchkey_reposted")]).toEqual([400, false]);
    }
  });

  it("gives nothing to whoever marks a cross-site POST as sent again", async () => {
    await start("testFormPost");
    const relayState = findField((await leave(createHttpBrowser())).body, "RelayState") ?? "";
    const fields = { SAMLResponse: "PD94", RelayState: relayState, latchkey_reposted: "1" };
    expect((await createHttpBrowser().request(`${server.issuer}/callback`, fields)).status).toBe(403);
    expect(upstream.finished).toEqual([]);
  });
});

describe("refresh through an upstream that rotates its own credential (DESIGN wall 5)", () => {
  async function logIn() {
    const browser = createHttpBrowser();
    const state = locationQuery(await leave(browser)).get("state") ?? "";
    return tokensBy(browser, await comeBack(browser, { code: "a", state }));
  }

  it("does not ask again within the reuse interval, asks after it, and passes on what changed", async () => {
    await start("testRedirect");
    const login = await logIn();
    const soon = await refresh(server, login.body["refresh_token"]);
    expect([soon.status, upstream.refreshes]).toEqual([200, 0]);
    now += 31_000;
    upstream.identity = { ...upstream.identity, groups: ["crew", "captains"] };
    const later = await refresh(server, soon.body["refresh_token"]);
    expect(upstream.refreshes).toBe(1);
    expect(readClaims(later.body["id_token"])["groups"]).toEqual(["crew", "captains"]);
    now += 31_000;
    expect((await refresh(server, later.body["refresh_token"])).status).toBe(200);
    expect(upstream.refreshes).toBe(2);
  });

  it("asks once for 20 parallel refreshes", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(server, login.body["refresh_token"])));
    expect(upstream.refreshes).toBe(1);
    expect(new Set(replies.map(({ body }) => body["refresh_token"])).size).toBe(1);
  });

  it("answers 503 with Retry-After while the upstream is down, changes nothing, and works again afterwards", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    upstream.refreshOutcome = "throws";
    const down = await refresh(server, login.body["refresh_token"]);
    expect([down.status, down.body["error"]]).toEqual([503, "temporarily_unavailable"]);
    expect(down.headers.get("retry-after")).not.toBeNull();
    now += 600_000;
    upstream.refreshOutcome = "ok";
    expect((await refresh(server, login.body["refresh_token"])).status).toBe(200);
  });

  it("with onUnavailable: lastKnown answers what the upstream last said, no longer than maxAge", async () => {
    await start("testRedirect", "", "{ onUnavailable: lastKnown, maxAge: 2h }");
    const login = await logIn();
    now += 3_600_000;
    upstream.refreshOutcome = "throws";
    const during = await refresh(server, login.body["refresh_token"]);
    expect(during.status).toBe(200);
    expect(readClaims(during.body["id_token"])).toMatchObject({ email: "casey@upstream.example", groups: ["crew"] });
    // Two hours after the upstream last answered, and not after the last refresh.
    now += 3_600_001;
    const after = await refresh(server, during.body["refresh_token"]);
    expect([after.status, after.body["error"]]).toEqual([503, "temporarily_unavailable"]);
    upstream.refreshOutcome = "ok";
    upstream.identity = { ...upstream.identity, groups: ["captains"] };
    const again = await refresh(server, during.body["refresh_token"]);
    expect(readClaims(again.body["id_token"])["groups"]).toEqual(["captains"]);
    now += 3_600_000;
    upstream.refreshOutcome = "throws";
    expect((await refresh(server, again.body["refresh_token"])).status).toBe(200);
  });

  it("with onUnavailable: lastKnown takes a no for a no", async () => {
    await start("testRedirect", "", "{ onUnavailable: lastKnown, maxAge: 2h }");
    const login = await logIn();
    now += 3_600_000;
    upstream.refreshOutcome = "denied";
    expect((await refresh(server, login.body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("repeats an answer within the reuse interval although the upstream is down by then, and asks it nothing", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    const first = await refresh(server, login.body["refresh_token"]);
    now += 25_000;
    const second = await refresh(server, first.body["refresh_token"]);
    upstream.refreshOutcome = "throws";
    now += 25_000;
    const again = await refresh(server, first.body["refresh_token"]);
    expect([again.status, again.body["refresh_token"]]).toEqual([200, second.body["refresh_token"]]);
    expect(upstream.refreshes).toBe(1);
  });

  it("judges a superseded token by when it came, not by how long its answer took", async () => {
    await start("testRedirect");
    const login = await logIn();
    const first = await refresh(server, login.body["refresh_token"]);
    now += 20_000;
    slownessMs = 8_000;
    const again = await refresh(server, login.body["refresh_token"]);
    expect([again.status, again.body["refresh_token"]]).toEqual([200, first.body["refresh_token"]]);
    slownessMs = 0;
    expect((await refresh(server, first.body["refresh_token"])).status).toBe(200);
  });

  it("revokes the grant when the upstream says no", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    upstream.refreshOutcome = "denied";
    expect((await refresh(server, login.body["refresh_token"])).body["error"]).toBe("invalid_grant");
    upstream.refreshOutcome = "ok";
    expect((await refresh(server, login.body["refresh_token"])).body["error"]).toBe("invalid_grant");
    expect(upstream.refreshes).toBe(1);
  });

  it("revokes the grant when the upstream answers with another person", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    upstream.identity = { ...upstream.identity, userId: "somebody-else" };
    expect((await refresh(server, login.body["refresh_token"])).body["error"]).toBe("invalid_grant");
    expect(server.events().some((event) => event["event"] === "grant.revoked")).toBe(true);
  });

  it("stores the upstream's new credential also when the client has gone away meanwhile", async () => {
    await start("testRedirect");
    const login = await logIn();
    now += 31_000;
    let open: () => void = () => undefined;
    upstream.gate = new Promise((resolve) => {
      open = resolve;
    });
    const abort = new AbortController();
    const aborted = fetch(`${server.issuer}/token`, {
      method: "POST",
      signal: abort.signal,
      headers: { authorization: `Basic ${Buffer.from(`${photos.id}:${photos.secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: String(login.body["refresh_token"]) }),
    });
    while (upstream.refreshes === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(aborted).rejects.toThrow();
    open();
    upstream.gate = undefined;
    const again = await refresh(server, login.body["refresh_token"]);
    expect([again.status, upstream.refreshes]).toEqual([200, 1]);
  });

  it("yields no refresh token where the connector cannot be asked again", async () => {
    await start("testFormPost");
    const browser = createHttpBrowser();
    const out = await leave(browser);
    const fields = {
      SAMLResponse: "PD94",
      RelayState: findField(out.body, "RelayState") ?? "",
      latchkey_reposted: "1",
    };
    const consent = await browser.follow(`${server.issuer}/callback`, server.origin, fields);
    const tokens = await tokensBy(browser, consent);
    expect(tokens.status).toBe(200);
    expect(tokens.body["refresh_token"]).toBeUndefined();
  });
});

describe("a connector that cannot open (DESIGN wall 8)", () => {
  it("does not stop the server, and is shown as not reachable", async () => {
    await start("testBroken");
    const page = await leave(createHttpBrowser());
    expect([page.status, page.body.includes("metadata")]).toEqual([503, false]);
    const ready = await (await fetch(`${server.issuer}/healthz/ready`)).json();
    expect(ready).toMatchObject({ status: "ready", parts: { "connector up": "not reachable" } });
  });
});
