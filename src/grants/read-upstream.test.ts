import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createConnectorContext, plainHttp } from "../../test/support/connector-context.js";
import { openConnectorPool } from "../connectors/pool.js";
import type { Connector, RefreshInput, RefreshResult } from "../connectors/port.js";
import { createSystemRandom } from "../platform/random.js";
import { Secret } from "../platform/secret.js";
import type { Identity } from "../records/identity.js";
import { type UpstreamGrant, upstreamGrantKind } from "../records/upstream-grant.js";
import type { Collection } from "../storage/collection.js";
import { createCollection } from "../storage/create-collection.js";
import { openMemory } from "../storage/drivers/memory/driver.js";
import { createSealingCodec } from "../storage/sealing-codec.js";
import {
  createUpstreamReader,
  type ReadUpstream,
  type UpstreamAnswer,
  type UpstreamQuestion,
} from "./read-upstream.js";

const start = Date.UTC(2026, 10, 1);
const leaseMs = 30_000;
const jane: Identity = {
  userId: "u1",
  username: "Jane",
  preferredUsername: "",
  email: "jane@example.com",
  emailVerified: true,
  groups: [],
};
const question: UpstreamQuestion = {
  key: "login-1",
  connectorId: "upstream",
  scopes: { offlineAccess: true, groups: true },
  freshForMs: 30_000,
};

type Answering = (input: RefreshInput) => Promise<RefreshResult>;

/** An upstream that hands out a new refresh token with every answer and takes each one once. */
function createRotatingUpstream(): { readonly seen: (string | undefined)[]; readonly answer: Answering } {
  const seen: (string | undefined)[] = [];
  return {
    seen,
    answer: async ({ connectorData }) => {
      if (connectorData !== `token-${seen.length + 1}`) return { outcome: "denied", detail: `stale ${connectorData}` };
      seen.push(connectorData);
      await setImmediate();
      const identity = { ...jane, username: `Jane ${seen.length + 1}` };
      return { outcome: "ok", identity, connectorData: `token-${seen.length + 1}` };
    },
  };
}

class World {
  now = start + 60_000;
  readonly upstreams: Collection<UpstreamGrant>;
  #timeOuts: (() => void)[] = [];

  constructor() {
    const codec = createSealingCodec([new Secret(Buffer.alloc(32, 1).toString("base64"))]);
    this.upstreams = createCollection(openMemory(), upstreamGrantKind, codec);
  }

  /** Time passes while somebody polls; a time-out comes when the test says so. */
  readonly pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) {
      this.now += ms;
      await setImmediate();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#timeOuts.push(resolve);
      signal.addEventListener("abort", () => resolve());
    });
  };

  timeOut(): void {
    for (const end of this.#timeOuts.splice(0)) end();
  }

  async store(changes: Partial<UpstreamGrant> = {}): Promise<void> {
    const upstream = { connectorId: "upstream", connectorData: "token-1", identity: jane, readAt: start, ...changes };
    await this.upstreams.insert(question.key, upstream);
  }

  async stored(): Promise<UpstreamGrant | undefined> {
    return (await this.upstreams.find(question.key))?.record;
  }

  /** One replica: all of them share the storage. */
  async openReader(refresh: Answering | "broken" | undefined, lastKnownForMs?: number): Promise<ReadUpstream> {
    const connector: Connector = {
      login: { kind: "password", check: () => Promise.resolve({ outcome: "bad-credentials" }) },
      ...(typeof refresh === "function" && { refresh }),
    };
    const open = (): Promise<Connector> =>
      refresh === "broken" ? Promise.reject(new Error("no route to host")) : Promise.resolve(connector);
    const connectors = await openConnectorPool({
      specs: [
        {
          ...{ id: "upstream", type: "test", name: "Test", http: plainHttp, options: {} },
          ...(lastKnownForMs !== undefined && { lastKnownForMs }),
        },
      ],
      types: new Map([["test", { options: z.unknown(), open }]]),
      context: () => createConnectorContext({ clock: () => this.now }),
      report: () => undefined,
    });
    await connectors.close();
    const { upstreams, pause } = this;
    return createUpstreamReader({
      upstreams,
      connectors,
      clock: () => this.now,
      random: createSystemRandom(),
      pause,
      leaseMs,
    });
  }
}

async function createWorld(changes: Partial<UpstreamGrant> = {}): Promise<World> {
  const world = new World();
  await world.store(changes);
  return world;
}

describe("reading the upstream (DESIGN wall 5)", () => {
  it("uses a reading that is younger than the reuse interval, without asking", async () => {
    const world = await createWorld({ readAt: start + 31_000 });
    const read = await world.openReader(() => Promise.reject(new Error("was asked")));
    expect(await read(question)).toEqual({ outcome: "ok", identity: jane });
  });

  it("asks with what was stored last and stores the new credential before it answers", async () => {
    const world = await createWorld({ endsAt: 5 });
    const upstream = createRotatingUpstream();
    const read = await world.openReader(upstream.answer);
    const identity = { ...jane, username: "Jane 2" };
    expect(await read({ ...question, endsAt: start + 1e9 })).toEqual({ outcome: "ok", identity });
    expect(await world.stored()).toEqual({
      connectorId: "upstream",
      connectorData: "token-2",
      identity,
      readAt: world.now,
      endsAt: start + 1e9,
    });
  });

  it("tells the connector what the client asked for and whom it knew", async () => {
    const inputs: RefreshInput[] = [];
    const world = await createWorld();
    const read = await world.openReader((input) => {
      inputs.push(input);
      return Promise.resolve({ outcome: "ok", identity: jane });
    });
    await read(question);
    expect(inputs).toMatchObject([{ scopes: question.scopes, identity: jane, connectorData: "token-1" }]);
    expect((await world.stored())?.connectorData).toBe("token-1");
  });

  it("stores a new credential as soon as there is one, and not over somebody else's newer one", async () => {
    const world = await createWorld();
    const seen: (string | undefined)[] = [];
    const read = await world.openReader(async ({ keep }) => {
      await keep?.("token-2");
      seen.push((await world.stored())?.connectorData);
      await world.upstreams.update(question.key, (upstream) => ({
        put: { ...upstream, connectorData: "token-9" },
        result: undefined,
      }));
      await keep?.("token-3");
      throw new Error("reset");
    });
    expect(await read(question)).toMatchObject({ outcome: "unavailable", detail: "reset" });
    expect(seen).toEqual(["token-2"]);
    expect((await world.stored())?.connectorData).toBe("token-9");
  });

  it("does not put what comes late over what another replica was given since", async () => {
    const world = await createWorld();
    const read = await world.openReader(async () => {
      await world.upstreams.update(question.key, (upstream) => ({
        put: { ...upstream, connectorData: "token-9" },
        result: undefined,
      }));
      return { outcome: "ok", identity: jane, connectorData: "token-2" };
    });
    expect(await read(question)).toEqual({ outcome: "ok", identity: jane });
    expect((await world.stored())?.connectorData).toBe("token-9");
  });

  it("does not let an earlier answer stand in for one that can't be used: the upstream has answered", async () => {
    const world = await createWorld();
    const read = await world.openReader(async () => ({ outcome: "unusable", detail: "no mail" }), 1e9);
    expect(await read(question)).toEqual({ outcome: "unavailable", detail: "no mail", isAnswer: true });
    expect(await world.stored()).not.toHaveProperty("lease");
  });

  it("asks no second time while the first question is under way, though its lease has ended: it may have used up the credential", async () => {
    const world = await createWorld();
    let asked = 0;
    let answer: (result: RefreshResult) => void = () => undefined;
    const read = await world.openReader(() => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const first = read(question);
    while (asked === 0) await setImmediate();
    world.timeOut();
    expect(await first).toMatchObject({ outcome: "unavailable" });
    world.now += 2 * leaseMs;
    const second = read(question);
    await setImmediate();
    answer({ outcome: "ok", identity: jane, connectorData: "token-2" });
    expect([await second, asked]).toEqual([{ outcome: "ok", identity: jane }, 1]);
  });

  it("asks once for many callers of one process", async () => {
    const world = await createWorld();
    const upstream = createRotatingUpstream();
    const read = await world.openReader(upstream.answer);
    const answers = await Promise.all(Array.from({ length: 20 }, () => read({ ...question, freshForMs: 0 })));
    expect(upstream.seen).toEqual(["token-1"]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it("asks once for many replicas within the reuse interval", async () => {
    const world = await createWorld();
    const upstream = createRotatingUpstream();
    const replicas = await Promise.all(Array.from({ length: 4 }, () => world.openReader(upstream.answer)));
    const answers = await Promise.all(replicas.map((read) => read(question)));
    expect(upstream.seen).toEqual(["token-1"]);
    expect(answers).toEqual(Array(4).fill({ outcome: "ok", identity: { ...jane, username: "Jane 2" } }));
  });

  it("asks in turn, with the newest credential each time, where no reading counts", async () => {
    const world = await createWorld();
    const upstream = createRotatingUpstream();
    const replicas = await Promise.all(Array.from({ length: 4 }, () => world.openReader(upstream.answer)));
    const answers = await Promise.all(replicas.map((read) => read({ ...question, freshForMs: 0 })));
    expect(upstream.seen).toEqual(["token-1", "token-2", "token-3", "token-4"]);
    expect(answers.every(({ outcome }) => outcome === "ok")).toBe(true);
  });
});

describe("an upstream that is down", () => {
  const broken = (): Promise<never> => Promise.reject(new Error("no route to host"));

  it("leaves everything as it is, whatever it last said, where the connector does not say otherwise", async () => {
    const world = await createWorld();
    const read = await world.openReader(broken);
    expect(await read(question)).toEqual({ outcome: "unavailable", detail: "no route to host" });
  });

  it("is stood in for by what it last said, up to the age that the connector allows", async () => {
    const world = await createWorld();
    const read = await world.openReader(broken, 60_000);
    expect(await read(question)).toEqual({ outcome: "ok", identity: jane });
    expect(await world.stored()).toMatchObject({ readAt: start });
    world.now += 1;
    expect(await read(question)).toMatchObject({ outcome: "unavailable" });
  });

  it("is stood in for where its connector could not be opened", async () => {
    const world = await createWorld();
    const read = await world.openReader("broken", 60_000);
    expect(await read(question)).toEqual({ outcome: "ok", identity: jane });
  });

  it("is not stood in for where it says no", async () => {
    const world = await createWorld();
    const read = await world.openReader(() => Promise.resolve({ outcome: "denied", detail: "gone" }), 60_000);
    expect(await read(question)).toEqual({ outcome: "denied", detail: "gone" });
  });

  it("has its new credential kept where it fails after it gave one", async () => {
    const world = await createWorld();
    const detail = "the groups could not be read";
    const read = await world.openReader(() =>
      Promise.resolve({ outcome: "unavailable", detail, connectorData: "token-2" }),
    );
    expect(await read(question)).toEqual({ outcome: "unavailable", detail });
    expect(await world.stored()).toEqual({
      connectorId: "upstream",
      connectorData: "token-2",
      identity: jane,
      readAt: start,
    });
  });
});

describe("an upstream that says no", () => {
  it("is believed, and nothing is stored", async () => {
    const world = await createWorld();
    const read = await world.openReader(() => Promise.resolve({ outcome: "denied", detail: "account closed" }));
    expect(await read(question)).toEqual({ outcome: "denied", detail: "account closed" });
    expect(await world.stored()).toMatchObject({ identity: jane, readAt: start, connectorData: "token-1" });
  });

  it("is what another user's id counts as (dex-behaviour §12 no. 16)", async () => {
    const world = await createWorld();
    const identity = { ...jane, userId: "u2" };
    const read = await world.openReader(() => Promise.resolve({ outcome: "ok", identity, connectorData: "token-2" }));
    expect(await read(question)).toMatchObject({ outcome: "denied" });
    expect(await world.stored()).toMatchObject({ identity: jane, connectorData: "token-1" });
  });

  it("is what a grant without its row, or a connector that cannot be asked any more, counts as", async () => {
    const world = await createWorld();
    const read = await world.openReader(undefined);
    expect(await read(question)).toMatchObject({ outcome: "denied" });
    expect(await read({ ...question, key: "gone" })).toMatchObject({ outcome: "denied" });
  });
});

describe("an upstream that is down", () => {
  it("changes nothing and may be asked again at once", async () => {
    const world = await createWorld();
    const read = await world.openReader(() => Promise.reject(new Error("connection refused")));
    const before = await world.stored();
    for (let tries = 0; tries < 2; tries++) {
      expect(await read(question)).toEqual({ outcome: "unavailable", detail: "connection refused" });
      expect(await world.stored()).toEqual(before);
    }
  });

  it("is what a connector counts as that could not be opened or has left the config", async () => {
    const world = await createWorld();
    const read = await world.openReader("broken");
    expect(await read(question)).toEqual({ outcome: "unavailable", detail: "no route to host" });
    expect(await read({ ...question, connectorId: "other" })).toMatchObject({ outcome: "unavailable" });
  });
});

describe("an upstream that is slow", () => {
  interface Slow {
    readonly world: World;
    readonly late: Promise<UpstreamAnswer>;
    readonly finish: (result: RefreshResult | Error) => Promise<void>;
  }

  /** One replica has asked and waits. */
  async function askSlowly(): Promise<Slow> {
    const world = await createWorld();
    let settle: ((result: RefreshResult | Error) => void) | undefined;
    const read = await world.openReader(
      () =>
        new Promise((resolve, reject) => {
          settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
        }),
    );
    const late = read(question);
    while (settle === undefined) await setImmediate();
    const finish = async (result: RefreshResult | Error): Promise<void> => {
      settle?.(result);
      await setImmediate();
    };
    return { world, late, finish };
  }

  it("is not waited for beyond its time, but its late answer is stored: it may hold the only credential", async () => {
    const { world, late, finish } = await askSlowly();
    world.timeOut();
    expect(await late).toMatchObject({ outcome: "unavailable" });
    await finish({ outcome: "ok", identity: jane, connectorData: "token-2" });
    expect(await world.stored()).toMatchObject({ connectorData: "token-2", readAt: world.now });
    expect(await world.stored()).not.toHaveProperty("lease");
  });

  it("keeps other replicas waiting for one lease at most; nobody asks meanwhile", async () => {
    const { world, late, finish } = await askSlowly();
    const began = world.now;
    await world.upstreams.update(question.key, (upstream) => ({
      put: { ...upstream, lease: { holder: "other", endsAt: began + 10 * leaseMs } },
      result: undefined,
    }));
    const other = await world.openReader(() => Promise.reject(new Error("was asked")));
    expect(await other(question)).toEqual({ outcome: "unavailable", detail: "another replica is asking the upstream" });
    expect(world.now - began).toBeLessThanOrEqual(leaseMs + 1_000);
    await finish({ outcome: "denied", detail: "no" });
    await late;
  });

  it("may be asked by another replica when the lease has ended, as after a crash", async () => {
    const { world, late, finish } = await askSlowly();
    world.now += leaseMs;
    const other = await world.openReader(() =>
      Promise.resolve({ outcome: "ok", identity: jane, connectorData: "token-9" }),
    );
    expect(await other(question)).toEqual({ outcome: "ok", identity: jane });
    await finish(new Error("reset"));
    expect(await late).toEqual({ outcome: "unavailable", detail: "reset" });
    expect((await world.stored())?.connectorData).toBe("token-9");
  });

  it("does not end the lease of whoever asks by then when it fails late", async () => {
    const { world, late, finish } = await askSlowly();
    const lease = { holder: "other", endsAt: world.now + 2 * leaseMs };
    await world.upstreams.update(question.key, (upstream) => ({ put: { ...upstream, lease }, result: undefined }));
    await finish(new Error("reset"));
    await late;
    expect((await world.stored())?.lease).toEqual(lease);
  });
});
