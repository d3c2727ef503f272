import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CatalogueEntry, connectorTypes } from "../../src/connectors/catalogue.js";
import {
  type Connector,
  type LoginResult,
  ProbeFailure,
  type RefreshResult,
  type WantedScopes,
} from "../../src/connectors/port.js";
import type { Identity } from "../../src/records/identity.js";
import { createConnectorContext, plainHttp } from "../support/connector-context.js";
import {
  type ConnectorStand,
  type ContractCase,
  everywhere,
  faults,
  type RunningStand,
  type StandPerson,
} from "./stand.js";

export const casey: StandPerson = {
  id: "4711",
  login: "casey",
  name: "Casey Example",
  email: "casey@upstream.example",
  groups: ["crew", "guests"],
};

const everything: WantedScopes = { offlineAccess: true, groups: true };
const withoutGroups: WantedScopes = { offlineAccess: true, groups: false };
const callbackUrl = "https://id.example.com/callback";

/** After this time an upstream is given up that does not answer; only where that is what is tested. */
const impatientMs = 300;

/** Longer than access tokens live. */
const jumpMs = 2 * 86_400_000;

type LoggedIn = Extract<LoginResult, { outcome: "ok" }>;

/** What every connector must do, whatever its upstream does: one suite for each stand. */
export function describeContract(stand: ConnectorStand): void {
  const describeStand = stand.describe ?? describe;
  describeStand(`the contract of connectors: ${stand.type}`, () => {
    const bench = createBench(stand);
    beforeAll(bench.start);
    beforeEach(bench.reset);
    afterAll(bench.stop);

    it("leaves out only what cannot apply, and says why", () => {
      for (const reason of Object.values(stand.skips)) expect(reason).toMatch(/\w+ \w+ \w+/);
      expect(faults.filter((fault) => stand.skips[fault] === undefined).length > 0).toBe(stand.places.length > 0);
    });

    describeLogin(stand, bench);
    describeLoginFailures(stand, bench);
    describeRestriction(stand, bench);
    if (requireType(stand).capabilities.refresh !== "never") {
      describeRefresh(stand, bench);
      describeRefreshFailures(stand, bench);
    }
    describeProbe(stand, bench);
    describeCapabilities(stand, bench);
  });
}

/** The table of docs/connectors/ is made from what the catalogue says: it must not say too much, nor too little. */
function describeCapabilities(stand: ConnectorStand, bench: Bench): void {
  const { capabilities } = requireType(stand);

  it("has the way to log in and the members that the catalogue tells of it", async () => {
    const connector = await bench.open();
    expect(connector.login.kind).toBe(capabilities.login);
    const members = {
      refresh: connector.refresh,
      logout: connector.logout,
      exchange: connector.exchangeToken,
      negotiate: connector.negotiate,
    };
    for (const [name, member] of Object.entries(members)) {
      const support: unknown = Reflect.get(capabilities, name);
      if (typeof support === "string") expect([name, member !== undefined]).toEqual([name, support === "always"]);
    }
  });

  it("gives the claims that the catalogue tells of it", () => {
    const { groups, preferredUsername } = stand.identityOf(casey);
    if (typeof capabilities.groups === "string") expect(groups.length > 0).toBe(capabilities.groups === "always");
    if (typeof capabilities.preferredUsername === "string") {
      expect(preferredUsername !== "").toBe(capabilities.preferredUsername === "always");
    }
  });
}

function describeLogin(stand: ConnectorStand, bench: Bench): void {
  const has = (name: ContractCase): boolean => stand.skips[name] === undefined;

  it("logs in the person whom the upstream knows", async () => {
    const connector = await bench.open();
    const result = await bench.logIn(connector);
    expect(result.outcome).toBe("ok");
    expect(result.outcome === "ok" && sorted(result.identity)).toEqual(sorted(stand.identityOf(casey)));
  });

  it("gives the same id at the next login", async () => {
    const connector = await bench.open();
    const ids = [await bench.requireLogin(connector), await bench.requireLogin(connector)].map(
      ({ identity }) => identity.userId,
    );
    expect(ids[0]).not.toBe("");
    expect(ids[1]).toBe(ids[0]);
  });

  const { login } = requireType(stand).capabilities;
  if (has("nonsense") && (login === "redirect" || login === "formPost")) {
    it("lets nobody in by an answer that no login made", async () => {
      const connector = await bench.open();
      for (const fields of nonsense) {
        const outcome = await bench.outcomeOf(bench.finish(connector, fields));
        expect([...fields, outcome]).not.toContain("ok");
      }
    });
  }

  if (has("wrong-password") && login === "password") {
    it("answers a wrong password as it answers an unknown person, and takes no empty password (RFC 4513 section 5.1.2)", async () => {
      const { login } = await bench.open();
      const { way } = bench.running();
      if (login.kind !== "password" || way.kind !== "password") throw new Error(`${login.kind} is not ${way.kind}`);
      const { username } = way.credentials();
      const check = (name: string, password: string) => login.check({ scopes: everything, username: name, password });
      const wrong = await check(username, "not the password");
      expect(wrong).toEqual({ outcome: "bad-credentials" });
      expect(await check("nobody.by.this.name", "not the password")).toEqual(wrong);
      expect(await check(username, "")).toEqual(wrong);
      expect(await check(`${username}*`, "*)(uid=*")).toEqual(wrong);
    });
  }
}

const nonsense: readonly (readonly (readonly [string, string])[])[] = [
  [],
  [["code", "never-given"]],
  [
    ["code", "\u0000"],
    ["error", ""],
  ],
  [
    ["SAMLResponse", "PD94"],
    ["RelayState", "x"],
  ],
  [["SAMLResponse", "x".repeat(100_000)]],
];

function describeLoginFailures(stand: ConnectorStand, bench: Bench): void {
  const has = (name: ContractCase): boolean => stand.skips[name] === undefined;

  if (has("denied")) {
    it("says no where the upstream says no", async () => {
      const connector = await bench.open();
      await bench.running().setBehaviour({ kind: "denied" });
      expect((await bench.logIn(connector)).outcome).toBe("denied");
    });
  }

  if (has("id-missing")) {
    it("lets nobody in whose id is missing: they would all be one person", async () => {
      const connector = await bench.open();
      await bench.running().setBehaviour({ kind: "id-missing" });
      expect(await bench.outcomeOf(bench.logIn(connector))).not.toBe("ok");
    });
  }

  for (const place of stand.places) {
    for (const kind of faults.filter(has)) {
      it(`throws, in time, where ${place} fails (${kind}), and works when that is over`, async () => {
        const connector = await bench.open();
        const asking = kind === "slow" ? await bench.open({ isImpatient: true }) : connector;
        await bench.running().setBehaviour({ kind, place });
        expect(await bench.outcomeOf(bench.logIn(asking))).toBe("thrown");
        await bench.running().setBehaviour({ kind: "well" });
        expect((await bench.logIn(connector)).outcome).toBe("ok");
      });
    }
  }
}

function describeRestriction(stand: ConnectorStand, bench: Bench): void {
  if (stand.skips["group-refused"] !== undefined) return;

  it("lets nobody in who is in none of the allowed groups, whatever scopes the client asked for (O-7)", async () => {
    const connector = await bench.open({ restricted: true });
    expect((await bench.logIn(connector, withoutGroups)).outcome).toBe("ok");
    await bench.running().setPerson({ ...casey, groups: ["guests"] });
    expect((await bench.logIn(connector, withoutGroups)).outcome).toBe("denied");
    expect((await bench.logIn(connector, everything)).outcome).toBe("denied");
  });

  if (requireType(stand).capabilities.refresh === "never" || !asksAtRefresh(stand)) return;

  it("asks for the group again at every refresh", async () => {
    const connector = await bench.open({ restricted: true });
    const login = await bench.requireLogin(connector, withoutGroups);
    expect((await bench.refresh(connector, login, withoutGroups)).outcome).toBe("ok");
    const again = await bench.requireLogin(connector, withoutGroups);
    await bench.running().setPerson({ ...casey, groups: ["guests"] });
    expect((await bench.refresh(connector, again, withoutGroups)).outcome).toBe("denied");
  });
}

function describeRefresh(stand: ConnectorStand, bench: Bench): void {
  const has = (name: ContractCase): boolean => stand.skips[name] === undefined;

  it("reads the same person again", async () => {
    const connector = await bench.open();
    const login = await bench.requireLogin(connector);
    const result = await bench.refresh(connector, login);
    expect(result.outcome === "ok" && sorted(result.identity)).toEqual(sorted(login.identity));
  });

  if (!asksAtRefresh(stand)) {
    it("asks nobody, as its stand says: an upstream that is away does not matter", async () => {
      const connector = await bench.open();
      const login = await bench.requireLogin(connector);
      await bench.running().setBehaviour({ kind: "down", place: everywhere });
      expect((await bench.refresh(connector, login)).outcome).toBe("ok");
    });
  }

  if (has("changes")) {
    it("passes on what has changed about the person, under the same id", async () => {
      const connector = await bench.open();
      const login = await bench.requireLogin(connector);
      const changed = { ...casey, name: "Casey Changed", groups: ["crew", "captains"] };
      await bench.running().setPerson(changed);
      const result = await bench.refresh(connector, login);
      expect(result.outcome === "ok" && sorted(result.identity)).toEqual(sorted(stand.identityOf(changed)));
    });
  }

  if (has("revoked")) {
    it("says no where the upstream has taken back what it gave", async () => {
      const connector = await bench.open();
      const login = await bench.requireLogin(connector);
      await bench.running().setBehaviour({ kind: "revoked" });
      expect((await bench.refresh(connector, login)).outcome).toBe("denied");
    });
  }

  if (has("rotation")) {
    it("hands on the upstream's new credential; the old one is used up (DESIGN wall 5)", async () => {
      const connector = await bench.open();
      const login = await bench.requireLogin(connector);
      const first = await bench.requireRefresh(connector, login);
      const second = await bench.requireRefresh(connector, first);
      expect(second.connectorData).not.toBe(login.connectorData);
      expect((await bench.refresh(connector, login)).outcome).toBe("denied");
    });
  }
}

function describeRefreshFailures(stand: ConnectorStand, bench: Bench): void {
  const has = (name: ContractCase): boolean => stand.skips[name] === undefined;

  if (has("id-missing") && asksAtRefresh(stand)) {
    it("does not go on where the id is missing", async () => {
      const connector = await bench.open();
      const login = await bench.requireLogin(connector);
      await bench.running().setBehaviour({ kind: "id-missing" });
      expect(await bench.outcomeOf(bench.refresh(connector, login))).not.toBe("ok");
    });
  }

  for (const place of stand.refreshPlaces ?? stand.places) {
    for (const kind of faults.filter(has)) {
      it(`ends no login at a refresh where ${place} fails (${kind}), and loses no credential by it`, async () => {
        const connector = await bench.open();
        const asking = kind === "slow" ? await bench.open({ isImpatient: true }) : connector;
        const login = await bench.requireLogin(connector);
        await bench.running().setBehaviour({ kind, place });
        const failed = await bench.refresh(asking, login).catch(bench.examine);
        expect(["thrown", "unavailable"]).toContain(failed.outcome);
        await bench.running().setBehaviour({ kind: "well" });
        const kept = failed.outcome === "unavailable" ? { ...login, connectorData: failed.connectorData } : login;
        const { identity } = await bench.requireRefresh(connector, kept);
        expect(identity.userId).toBe(login.identity.userId);
      });
    }
  }

  it("settles on connector data that it never wrote, and never by another person", async () => {
    const connector = await bench.open();
    const { identity } = await bench.requireLogin(connector);
    for (const connectorData of ["", "{", "null", "[]", '{"accessToken":7}', "\u0000", "x".repeat(100_000)]) {
      const result = await bench.refresh(connector, { identity, connectorData }).catch(bench.examine);
      const userId = result.outcome === "ok" ? result.identity.userId : identity.userId;
      expect(userId).toBe(identity.userId);
    }
  });
}

function describeProbe(stand: ConnectorStand, bench: Bench): void {
  if (stand.skips.probe !== undefined) return;

  it("probes an upstream that works, and finds one that is down", async () => {
    const { probe } = await bench.open();
    if (probe === undefined) return;
    for (const sentence of await probe()) expect(sentence).toMatch(/\w+ \w+/);
    await bench.running().setBehaviour({ kind: "down", place: everywhere });
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ProbeFailure);
    bench.examine(failure);
  });
}

type Bench = ReturnType<typeof createBench>;

/** One running stand, and what a test does with a connector on it. */
function createBench(stand: ConnectorStand) {
  const type = requireType(stand);
  let started: RunningStand | undefined;
  let elapsedMs = 0;
  const open: Connector[] = [];
  const clock = (): number => Date.now() + elapsedMs;

  function running(): RunningStand {
    if (started === undefined) throw new Error("the stand is not started");
    return started;
  }

  /** No message may tell a secret. */
  function examine(error: unknown): { readonly outcome: "thrown" } {
    const text = error instanceof Error ? `${error.message} ${String(error.cause ?? "")}` : String(error);
    for (const secret of stand.secrets) expect(text).not.toContain(secret);
    return { outcome: "thrown" };
  }

  async function logIn(connector: Connector, scopes = everything): Promise<LoginResult> {
    const { way } = running();
    const { login } = connector;
    const state = "state-of-the-contract";
    if (login.kind === "password" && way.kind === "password") return login.check({ scopes, ...way.credentials() });
    if (login.kind === "header" && way.kind === "header")
      return login.check({ scopes, headers: way.headers(), peer: way.peer });
    if (login.kind === "redirect" && way.kind === "redirect") {
      const { url } = await login.start({ scopes, callbackUrl, state, derive });
      return login.finish({ scopes, callbackUrl, derive, fields: await way.visit(url) });
    }
    if (login.kind === "formPost" && way.kind === "formPost") {
      const fields = await way.visit(await login.start({ scopes, callbackUrl, state, derive }));
      return login.finish({ scopes, callbackUrl, derive, fields });
    }
    throw new Error(`${login.kind} is not ${way.kind}`);
  }

  async function requireLogin(connector: Connector, scopes = everything): Promise<LoggedIn> {
    const result = await logIn(connector, scopes);
    if (result.outcome !== "ok") throw new Error(`the login was ${result.outcome}`);
    return result;
  }

  function refresh(connector: Connector, last: Known, scopes = everything): Promise<RefreshResult> {
    if (connector.refresh === undefined) throw new Error("the connector has no refresh");
    // Between a login and the refreshes after it, access tokens end.
    if (stand.realTime !== true) elapsedMs += jumpMs;
    const { identity, connectorData } = last;
    return connector.refresh({ scopes, identity, ...(connectorData !== undefined && { connectorData }) });
  }

  /** The next state of a login; what the connector does not give again stays, as in the product. */
  async function requireRefresh(connector: Connector, last: Known): Promise<Known> {
    const result = await refresh(connector, last);
    if (result.outcome !== "ok") throw new Error(`the refresh was ${result.outcome}`);
    return { ...last, ...result };
  }

  return {
    running,
    examine,
    logIn,
    requireLogin,
    refresh,
    requireRefresh,
    async start() {
      started = await stand.start({ clock, callbackUrl });
    },
    async reset() {
      await Promise.all(open.splice(0).map((connector) => connector.close?.()));
      await running().setBehaviour({ kind: "well" });
      await running().setPerson(casey);
    },
    async stop() {
      await Promise.all(open.splice(0).map((connector) => connector.close?.()));
      await started?.stop();
    },
    async open({ restricted = false, isImpatient = false } = {}): Promise<Connector> {
      const settings = await running().settings({ restricted });
      const warn = (message: string): void => void examine(message);
      const http = { ...plainHttp, ...running().http, ...(isImpatient && { timeoutMs: impatientMs }) };
      const connector = await type.open(
        await type.options.parseAsync(settings),
        createConnectorContext({ clock, http, warn }),
      );
      open.push(connector);
      return connector;
    },
    /** Ends a login with an answer of the test's own. */
    async finish({ login }: Connector, fields: readonly (readonly [string, string])[]): Promise<LoginResult> {
      if (login.kind === "password" || login.kind === "header") throw new Error(`nothing comes back to ${login.kind}`);
      return login.finish({ scopes: everything, callbackUrl, derive, fields: new Map(fields) });
    },
    async outcomeOf(result: Promise<LoginResult | RefreshResult>): Promise<string> {
      return (await result.catch(examine)).outcome;
    },
  };
}

/** What a refresh knows of the login before it. */
interface Known {
  readonly identity: Identity;
  readonly connectorData?: string;
}

function derive(purpose: string): string {
  return Buffer.from(purpose.padEnd(32, "-")).toString("base64url").slice(0, 43);
}

function requireType(stand: ConnectorStand): CatalogueEntry {
  const type = stand.connectorType ?? connectorTypes.get(stand.type);
  if (type === undefined) throw new Error(`no connector type ${stand.type}`);
  return type;
}

/** Otherwise it goes on from what was kept of the login, and can find nothing new. */
function asksAtRefresh({ places, refreshPlaces = places }: ConnectorStand): boolean {
  return refreshPlaces.length > 0;
}

/** The order of groups is the upstream's own. */
function sorted(identity: Identity): Identity {
  return { ...identity, groups: [...identity.groups].sort() };
}
