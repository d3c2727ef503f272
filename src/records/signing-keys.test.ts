import { describe, expect, it } from "vitest";
import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import { lateMs } from "./key-rotation.js";
import { planSigningKeys, type SigningKeyPair, type SigningKeyPolicy, type SigningKeys } from "./signing-keys.js";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 1);
const policy: SigningKeyPolicy = {
  algorithm: "ES256",
  periodMs: 6 * hour,
  leadMs: 11 * minute,
  outputLifeMs: 24 * hour,
};

function pair(keyId: string, algorithm: SigningAlgorithm = "ES256"): SigningKeyPair {
  return {
    keyId,
    algorithm,
    publicJwk: { kty: "EC", crv: "P-256", x: keyId, y: keyId },
    privateKey: `private ${keyId}`,
  };
}

function plan(state: SigningKeys | undefined, now: number, candidate: SigningKeyPair, settings = policy): SigningKeys {
  const { next } = planSigningKeys(state, now, settings, candidate);
  if (next === undefined) throw new Error("the plan changes nothing");
  return next;
}

const first = plan(undefined, start, pair("a"));
const due = start + policy.periodMs - policy.leadMs;
const second = plan(first, due, pair("b"));
const ids = (state: SigningKeys): string[] => state.keys.map((key) => key.keyId);

describe("the first key", () => {
  it("is asked for where there is none, and signs at once", () => {
    expect(planSigningKeys(undefined, start, policy)).toEqual({ next: undefined, wantsKey: true });
    expect(first.keys).toMatchObject([{ keyId: "a", activeFrom: start, createdAt: start }]);
    expect(first.keys[0]).not.toHaveProperty("activeUntil");
  });

  it("stays alone until a lead before the end of its period", () => {
    expect(planSigningKeys(first, due - 1, policy, pair("b"))).toEqual({ next: undefined, wantsKey: false });
    expect(planSigningKeys(first, due, policy)).toEqual({ next: undefined, wantsKey: true });
  });
});

describe("the next key", () => {
  it("is stored one lead before it signs, and ends the period of the key before it", () => {
    expect(second.keys).toMatchObject([
      { keyId: "a", activeUntil: start + policy.periodMs },
      { keyId: "b", activeFrom: start + policy.periodMs, createdAt: due },
    ]);
  });

  it("is not followed by another one while it waits", () => {
    for (const at of [due, due + 1, start + policy.periodMs - 1, start + policy.periodMs]) {
      expect(planSigningKeys(second, at, policy, pair("c"))).toEqual({ next: undefined, wantsKey: false });
    }
  });

  it("keeps its full lead after a long downtime, while the old key goes on", () => {
    const late = start + 90 * 24 * hour;
    expect(plan(first, late, pair("b")).keys).toMatchObject([
      { keyId: "a", activeUntil: late + policy.leadMs },
      { keyId: "b", activeFrom: late + policy.leadMs },
    ]);
  });

  it("that came into use during a downtime is followed by one with its full lead", () => {
    const late = start + 90 * 24 * hour;
    expect(plan(second, late, pair("c")).keys).toMatchObject([
      { keyId: "b", activeUntil: late + policy.leadMs },
      { keyId: "c", activeFrom: late + policy.leadMs },
    ]);
  });

  it("waits for caches that were filled under an earlier, longer setting, once", () => {
    const short = { ...policy, periodMs: 3 * minute, leadMs: 2 * minute };
    const next = plan(first, due, pair("b"), short);
    expect(next.keys[1]).toMatchObject({ activeFrom: due + policy.leadMs });
    const later = due + policy.leadMs + minute;
    expect(plan(next, later, pair("c"), short).keys.at(-1)).toMatchObject({ activeFrom: later + short.leadMs });
  });
});

describe("another algorithm in the settings", () => {
  const changed = { ...policy, algorithm: "EdDSA" } as const;

  it("schedules a key of its own one lead ahead", () => {
    const at = start + minute;
    expect(planSigningKeys(first, at, changed).wantsKey).toBe(true);
    expect(plan(first, at, pair("b", "EdDSA"), changed).keys).toMatchObject([
      { keyId: "a", algorithm: "ES256", activeUntil: at + policy.leadMs },
      { keyId: "b", algorithm: "EdDSA", activeFrom: at + policy.leadMs },
    ]);
  });

  it("waits for a key that is scheduled already", () => {
    expect(planSigningKeys(second, due + 1, changed).wantsKey).toBe(false);
    expect(planSigningKeys(second, start + policy.periodMs, changed).wantsKey).toBe(true);
  });
});

describe("a retired key", () => {
  const end = start + policy.periodMs;

  it("stays until the last token that a late process signed with it has expired", () => {
    const gone = end + policy.outputLifeMs + lateMs;
    expect(ids(plan(second, gone - 1, pair("c")))).toEqual(["a", "b", "c"]);
    expect(ids(plan(second, gone, pair("c")))).toEqual(["b", "c"]);
  });

  it("loses its private half when no process can sign with it any more", () => {
    const settled = { ...policy, periodMs: 365 * 24 * hour };
    expect(planSigningKeys(second, end + lateMs - 1, settled).next).toBeUndefined();
    const [old, current] = plan(second, end + lateMs, pair("c"), settled).keys;
    expect(old).not.toHaveProperty("privateKey");
    expect(old).toMatchObject({ keyId: "a", publicJwk: { x: "a" } });
    expect(current).toHaveProperty("privateKey");
  });

  it("stays longer when tokens live longer from before its end on", () => {
    const longer = { ...policy, outputLifeMs: 72 * hour };
    const stretched = plan(second, due + 1, pair("c"), longer);
    expect(ids(plan(stretched, end + 72 * hour + lateMs - 1, pair("c"), longer))).toContain("a");
    expect(ids(plan(stretched, end + 72 * hour + lateMs, pair("c"), longer))).not.toContain("a");
  });

  it("is not dropped earlier when tokens come to live shorter, even while it still signs", () => {
    const shorter = { ...policy, outputLifeMs: minute };
    expect(planSigningKeys(first, start + hour, shorter).next).toBeUndefined();
    const next = plan(first, due, pair("b"), shorter);
    expect(ids(plan(next, end + policy.outputLifeMs + lateMs - 1, pair("c"), shorter))).toContain("a");
  });

  it("goes in time: weeks of rotation leave a handful", () => {
    let state = first;
    for (let now = start, n = 0; now < start + 20 * 24 * hour; now += 10 * minute, n++) {
      state = planSigningKeys(state, now, policy, pair(`k${n}`)).next ?? state;
      expect(state.keys.length).toBeLessThanOrEqual(7);
      expect(state.keys.filter((key) => key.activeFrom <= now && now < (key.activeUntil ?? Infinity))).toHaveLength(1);
    }
  });
});
