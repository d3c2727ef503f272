import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from "jose";
import { describe, expect, it } from "vitest";
import { createSigningCollection } from "../../test/support/key-store.js";
import { type SigningAlgorithm, signingAlgorithms } from "../oidc/signing-algorithm.js";
import type { ReportEvent } from "../platform/events.js";
import { lateMs } from "../records/key-rotation.js";
import type { SigningKeys } from "../records/signing-keys.js";
import type { Collection } from "../storage/collection.js";
import { jwksCacheMs, keyPollMs } from "./key-timing.js";
import { type LocalKeys, type LocalKeysOptions, openLocalKeys } from "./local-keys.js";

const minute = 60_000;
const hour = 60 * minute;
const period = 6 * hour;
const start = Date.UTC(2026, 10, 1);

interface World {
  now: number;
  readonly collection: Collection<SigningKeys>;
  readonly events: Parameters<ReportEvent>[0][];
  open(changes?: Partial<LocalKeysOptions>): Promise<LocalKeys>;
}

function createWorld(): World {
  const world: World = {
    now: start,
    collection: createSigningCollection(),
    events: [],
    open: (changes) =>
      openLocalKeys({
        collection: world.collection,
        clock: () => world.now,
        algorithm: "ES256",
        rotationPeriodMs: period,
        tokenLifetimeMs: 24 * hour,
        report: (event) => world.events.push(event),
        onFailure: (error) => {
          throw error;
        },
        ...changes,
      }),
  };
  return world;
}

function readKeySet(keys: LocalKeys): JSONWebKeySet {
  return JSON.parse(keys.jwks().body.toString());
}

function publishedIds(keys: LocalKeys): (string | undefined)[] {
  return readKeySet(keys).keys.map((key) => key.kid);
}

/** Lets time pass as a running server would: a tick every poll. */
async function pass(world: World, ms: number, ...all: LocalKeys[]): Promise<void> {
  const end = world.now + ms;
  while (world.now < end) {
    world.now = Math.min(end, world.now + 10 * minute);
    for (const keys of all) await keys.tick();
  }
}

describe.each(signingAlgorithms)("a token signed with %s", (algorithm) => {
  it("is verified by another library with the published keys, and by ourselves", async () => {
    const keys = await createWorld().open({ algorithm });
    const claims = { iss: "https://id.example.com/dex", name: "Zoë <zoe@example.com>" };
    const token = await keys.current().sign(claims);
    const verified = await compactVerify(token, createLocalJWKSet(readKeySet(keys)), { algorithms: [algorithm] });
    expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(claims);
    expect(await keys.verify(token)).toEqual(claims);
  });

  it("has alg and kid in its header and nothing else, in Dex's order", async () => {
    const keys = await createWorld().open({ algorithm });
    const { keyId, sign } = keys.current();
    const [header = ""] = (await sign({})).split(".");
    expect(Buffer.from(header, "base64url").toString()).toBe(`{"alg":"${algorithm}","kid":"${keyId}"}`);
  });

  it("has its key published with exactly the public members", async () => {
    const keys = await createWorld().open({ algorithm });
    const members: Readonly<Record<SigningAlgorithm, string[]>> = {
      RS256: ["use", "kty", "kid", "alg", "n", "e"],
      ES256: ["use", "kty", "kid", "crv", "alg", "x", "y"],
      EdDSA: ["use", "kty", "kid", "crv", "alg", "x"],
    };
    const [key = {}] = readKeySet(keys).keys;
    expect(Object.keys(key)).toEqual(members[algorithm]);
    expect(key).toMatchObject({ use: "sig", alg: algorithm, kid: keys.current().keyId });
  });
});

describe("rotation", () => {
  it("publishes a key for one cache lifetime and a poll before it signs", async () => {
    const world = createWorld();
    const keys = await world.open();
    const old = keys.current().keyId;
    world.now = start + period - jwksCacheMs(period) - 2 * keyPollMs(period);
    await keys.tick();
    const [signing, next] = publishedIds(keys);
    expect(signing).toBe(old);
    expect(next).not.toBe(old);
    world.now = start + period - 1;
    expect(keys.current().keyId).toBe(old);
    world.now = start + period;
    expect(keys.current().keyId).toBe(next);
    expect(publishedIds(keys)).toEqual([next, old]);
  });

  it("reports each new key with the instant from which on it signs", async () => {
    const world = createWorld();
    const keys = await world.open();
    await pass(world, period + 10 * minute, keys);
    expect(world.events).toMatchObject([
      { type: "keys.scheduled", algorithm: "ES256", signsFrom: new Date(start).toISOString() },
      { type: "keys.scheduled", keyId: publishedIds(keys)[0] },
    ]);
  });

  it("verifies a token until it expires, and refuses a retired key's signature after that, ticks or not", async () => {
    const world = createWorld();
    const keys = await world.open();
    const old = keys.current().keyId;
    world.now = start + period - 11 * minute;
    await keys.tick();
    world.now = start + period - 1;
    const token = await keys.current().sign({ last: true });
    world.now = start + period + 24 * hour - 1;
    expect(await keys.verify(token)).toEqual({ last: true });
    world.now = start + period + 24 * hour + lateMs;
    expect(await keys.verify(token)).toBeUndefined();
    expect(publishedIds(keys)).not.toContain(old);
  });

  it("writes nothing when nothing is due", async () => {
    const world = createWorld();
    const keys = await world.open();
    await pass(world, 5 * hour, keys, await world.open());
    expect((await world.collection.find("current"))?.version).toBe(1);
  });

  it("keeps signing, verifying and the documents in step over weeks", async () => {
    const world = createWorld();
    const keys = await world.open();
    const tokens: { readonly token: string; readonly at: number }[] = [];
    for (let n = 0; n < 40; n++) {
      tokens.push({ token: await keys.current().sign({ n }), at: world.now });
      await pass(world, 7 * hour, keys);
      const jwks = createLocalJWKSet(readKeySet(keys));
      for (const { token, at } of tokens.filter((each) => world.now - each.at < 24 * hour)) {
        await compactVerify(token, jwks);
        expect(await keys.verify(token)).toBeDefined();
        expect(at).toBeLessThan(world.now);
      }
      expect(publishedIds(keys).length).toBeLessThanOrEqual(7);
      expect(publishedIds(keys)[0]).toBe(keys.current().keyId);
    }
  });

  it("changes the algorithm one lead after the setting, and names both until the old tokens are gone", async () => {
    const world = createWorld();
    const old = await (await world.open()).current().sign({ old: true });
    const keys = await world.open({ algorithm: "EdDSA" });
    expect(keys.current().algorithm).toBe("ES256");
    expect(keys.algorithms()).toEqual(["ES256", "EdDSA"]);
    await pass(world, 11 * minute, keys);
    expect(keys.current().algorithm).toBe("EdDSA");
    expect(keys.algorithms()).toEqual(["EdDSA", "ES256"]);
    expect(await keys.verify(old)).toEqual({ old: true });
    await pass(world, 25 * hour, keys);
    expect(keys.algorithms()).toEqual(["EdDSA"]);
  });

  it("survives a restart and a long downtime with the keys it had", async () => {
    const world = createWorld();
    const before = await world.open();
    world.now += 400 * 24 * hour;
    const after = await world.open();
    expect(after.current().keyId).toBe(before.current().keyId);
    await pass(world, 20 * minute, after);
    expect(after.current().keyId).not.toBe(before.current().keyId);
  });
});

describe("the published key set", () => {
  it("is built once per change and has a new tag with each", async () => {
    const world = createWorld();
    const keys = await world.open();
    const first = keys.jwks();
    await keys.tick();
    expect(keys.jwks().body).toBe(first.body);
    expect(first.etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.maxAgeSeconds).toBe(600);
    await pass(world, period, keys);
    expect(keys.jwks().etag).not.toBe(first.etag);
  });

  it("may be cached for a third of a short period", async () => {
    const keys = await createWorld().open({ rotationPeriodMs: 15 * minute });
    expect(keys.jwks().maxAgeSeconds).toBe(300);
  });

  it("never holds a private member, whatever state the keys are in", async () => {
    const world = createWorld();
    const keys = await world.open();
    for (const algorithm of signingAlgorithms) {
      await pass(world, 5 * hour + 55 * minute, await world.open({ algorithm }));
      await keys.tick();
      const text = keys.jwks().body.toString();
      for (const member of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) expect(text).not.toContain(`"${member}":`);
      const stored = await world.collection.find("current");
      for (const key of stored?.record.keys ?? []) if (key.privateKey) expect(text).not.toContain(key.privateKey);
    }
  });
});

describe("several processes on one storage", () => {
  it("agree on one first key when they start at once", async () => {
    const world = createWorld();
    const all = await Promise.all(Array.from({ length: 5 }, () => world.open()));
    expect(new Set(all.map((keys) => keys.current().keyId)).size).toBe(1);
    expect(world.events).toHaveLength(1);
  });

  it("draw exactly one next key when they find it due at once", async () => {
    const world = createWorld();
    const all = [await world.open(), await world.open(), await world.open()];
    world.now += period - minute;
    await Promise.all(all.map((keys) => keys.tick()));
    const [first = [], ...others] = all.map(publishedIds);
    expect(first).toHaveLength(2);
    for (const ids of others) expect(ids).toEqual(first);
    expect(world.events).toHaveLength(2);
  });

  it("verify a token by a key they have not read yet, after one look into storage", async () => {
    const world = createWorld();
    const [one, other] = [await world.open(), await world.open()];
    world.now += period - minute;
    await one.tick();
    world.now += 20 * minute;
    const token = await one.current().sign({ fresh: true });
    expect(publishedIds(other)).toHaveLength(1);
    expect(await other.verify(token)).toEqual({ fresh: true });
  });

  it("go on with the keys they know while storage fails", async () => {
    const world = createWorld();
    const collection = { ...world.collection };
    const keys = await world.open({ collection });
    collection.find = () => Promise.reject(new Error("no disk"));
    await expect(keys.tick()).rejects.toThrow("no disk");
    const token = await keys.current().sign({});
    expect(await keys.verify(token)).toEqual({});
    expect(decodeProtectedHeader(token).kid).toBe(publishedIds(keys)[0]);
  });
});
