import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../platform/hashing.js";
import type { RefreshPolicy } from "./client.js";
import {
  type Candidate,
  createRefreshFamily,
  familyEndsAt,
  judgeSecret,
  RefreshFamily,
  type RefreshVerdict,
  rotateSecret,
  touchFamily,
} from "./refresh-family.js";

const second = 1_000;
const start = Date.UTC(2026, 10, 1);
const rotating: RefreshPolicy = { rotation: true, reuseIntervalMs: 30 * second, maxPerUserAndClient: 50 };
const fixed: RefreshPolicy = { ...rotating, rotation: false };

function createCandidate(secret: string): Candidate {
  return { secret, nonce: Buffer.alloc(12, secret) };
}

/** A family whose secrets were replaced at the given instants: `s0` by `s1`, and so on. */
function rotateAt(instants: readonly number[], policy = rotating): RefreshFamily {
  return instants.reduce(
    (family, at, step) => rotateSecret(family, `s${step}`, createCandidate(`s${step + 1}`), policy, at),
    createRefreshFamily("s0", start),
  );
}

describe("the refresh table, row by row (DESIGN: Refresh tokens)", () => {
  // s0 was replaced at `replacedAt`; s1 is current; last used at `replacedAt`.
  const replacedAt = start + 100 * second;
  const family = rotateAt([replacedAt]);
  const idle = { idleMs: 10 * second };
  const absolute = { absoluteMs: 105 * second };
  const soon = replacedAt + 20 * second;
  const later = replacedAt + 31 * second;
  const replayed = { verdict: "replayed", currentSecret: "s1" };

  const rows: readonly (readonly [string, string, number, object, RefreshVerdict | object])[] = [
    ["the current secret", "s1", soon, {}, { verdict: "current" }],
    ["the current secret after the window", "s1", later, {}, { verdict: "current" }],
    ["the current secret of an idle family", "s1", soon, idle, { verdict: "expired" }],
    ["the current secret of a family that is too old", "s1", soon, absolute, { verdict: "expired" }],
    ["a superseded secret inside the window", "s0", soon, {}, replayed],
    ["a superseded secret inside the window of an idle family", "s0", soon, idle, { verdict: "expired" }],
    ["a superseded secret inside the window of a family that is too old", "s0", soon, absolute, { verdict: "expired" }],
    ["a superseded secret after the window", "s0", later, {}, { verdict: "reused" }],
    ["a superseded secret after the window of an idle family", "s0", later, idle, { verdict: "expired" }],
    ["a superseded secret after the window of one too old", "s0", later, absolute, { verdict: "expired" }],
    ["any other secret", "guess", soon, {}, { verdict: "reused" }],
    ["an empty secret", "", soon, {}, { verdict: "reused" }],
    ["any other secret for an idle family", "guess", soon, idle, { verdict: "expired" }],
    ["any other secret for a family that is too old", "guess", soon, absolute, { verdict: "expired" }],
  ];

  it.each(rows)("with rotation: %s", (_what, secret, now, limits, verdict) => {
    expect(judgeSecret(family, secret, { ...rotating, ...limits }, now)).toEqual(verdict);
  });

  it.each(rows)("without rotation: %s", (_what, secret, now, limits, verdict) => {
    expect(judgeSecret(family, secret, { ...fixed, ...limits }, now)).toEqual(verdict);
  });

  it("does not know a hash as the secret: a dump cannot be presented (DESIGN wall 9)", () => {
    expect(judgeSecret(family, family.hash, rotating, soon)).toEqual({ verdict: "reused" });
    expect(judgeSecret(family, sha256("s0"), rotating, soon)).toEqual({ verdict: "reused" });
  });
});

describe("the bounds of time", () => {
  it("belong to the life: the last instant of a lifetime still counts (dex-behaviour §6.2)", () => {
    const family = createRefreshFamily("s0", start);
    for (const limits of [{ idleMs: 60 * second }, { absoluteMs: 60 * second }]) {
      const policy = { ...rotating, ...limits };
      expect(judgeSecret(family, "s0", policy, start + 60 * second).verdict).toBe("current");
      expect(judgeSecret(family, "s0", policy, start + 60 * second + 1).verdict).toBe("expired");
    }
  });

  it("belong to the window: the last instant of the reuse interval still counts (dex-behaviour §6.2)", () => {
    const family = rotateAt([start]);
    expect(judgeSecret(family, "s0", rotating, start + 30 * second).verdict).toBe("replayed");
    expect(judgeSecret(family, "s0", rotating, start + 30 * second + 1).verdict).toBe("reused");
  });

  it("use moves the idle limit and never the absolute one", () => {
    const policy = { ...fixed, idleMs: 60 * second, absoluteMs: 100 * second };
    const used = touchFamily(createRefreshFamily("s0", start), policy, start + 50 * second);
    expect(judgeSecret(used, "s0", policy, start + 99 * second).verdict).toBe("current");
    expect(judgeSecret(used, "s0", policy, start + 101 * second).verdict).toBe("expired");
    expect(familyEndsAt(used, policy)).toBe(start + 100 * second);
    const rotated = rotateSecret(used, "s0", createCandidate("s1"), policy, start + 60 * second);
    expect(familyEndsAt(rotated, policy)).toBe(start + 100 * second);
  });

  it("end with the first limit that is reached, and never where there is none", () => {
    const family = createRefreshFamily("s0", start);
    expect(familyEndsAt(family, rotating)).toBeUndefined();
    expect(familyEndsAt(family, { ...rotating, idleMs: 5, absoluteMs: 9 })).toBe(start + 5);
    expect(judgeSecret(family, "s0", rotating, start + 1e12).verdict).toBe("current");
  });
});

describe("a race with reuseInterval 0", () => {
  const strict = { ...rotating, reuseIntervalMs: 0 };
  const family = rotateAt([start], strict);

  it("refuses its losers without calling it a replay, for less than one second", () => {
    expect(judgeSecret(family, "s0", strict, start).verdict).toBe("lost-race");
    expect(judgeSecret(family, "s0", strict, start + 999).verdict).toBe("lost-race");
    expect(judgeSecret(family, "s0", strict, start + second).verdict).toBe("reused");
  });

  it("is no excuse for a secret that never was", () => {
    expect(judgeSecret(family, "guess", strict, start).verdict).toBe("reused");
  });
});

describe("another replica's clock", () => {
  it("that runs ahead does not turn a retry into a replay", () => {
    const family = rotateAt([start + 5 * second]);
    expect(judgeSecret(family, "s0", rotating, start)).toEqual({ verdict: "replayed", currentSecret: "s1" });
  });

  it("that runs behind never moves a row back in time", () => {
    const family = rotateAt([start + 5 * second, start]);
    expect(family.lastUsedAt).toBe(start + 5 * second);
    expect(family.superseded.map((old) => old.at)).toEqual([start + 5 * second, start + 5 * second]);
    expect(touchFamily(family, fixed, start).lastUsedAt).toBe(start + 5 * second);
  });
});

describe("the chain of superseded secrets", () => {
  it("gives the current secret over several rotations, to every secret inside the window", () => {
    const family = rotateAt([start, start + second, start + 2 * second]);
    for (const old of ["s0", "s1", "s2"]) {
      expect(judgeSecret(family, old, rotating, start + 3 * second)).toEqual({
        verdict: "replayed",
        currentSecret: "s3",
      });
    }
  });

  it("drops entries beyond the window at the next write, with rotation and without", () => {
    const family = rotateAt([start, start + 20 * second]);
    const at = start + 40 * second;
    const rotated = rotateSecret(family, "s2", createCandidate("s3"), rotating, at);
    expect(rotated.superseded.map((old) => old.at)).toEqual([start + 20 * second, at]);
    expect(touchFamily(family, fixed, at).superseded.map((old) => old.at)).toEqual([start + 20 * second]);
  });

  it("keeps 32 entries: the 33rd newest counts as superseded earlier", () => {
    const family = rotateAt(Array.from({ length: 40 }, (_, at) => start + at));
    expect(family.superseded).toHaveLength(32);
    expect(judgeSecret(family, "s8", rotating, start + 100)).toEqual({ verdict: "replayed", currentSecret: "s40" });
    expect(judgeSecret(family, "s7", rotating, start + 100)).toEqual({ verdict: "reused" });
  });

  it("does not open with a hash, nor with an entry moved to another secret's place", () => {
    const family = rotateAt([start, start + second]);
    const [first, next] = family.superseded;
    if (first === undefined || next === undefined) throw new Error("two entries expected");
    const swapped = { ...family, superseded: [{ ...first, next: next.next }, next] };
    expect(judgeSecret(swapped, "s0", rotating, start + 2 * second)).toEqual({ verdict: "reused" });
  });
});

type Action =
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "present"; readonly back: number }
  | { readonly do: "guess" }
  | { readonly do: "switch" };

/** What DESIGN's table says, in its plainest form: every secret ever given with the instant it was superseded at. */
class Model {
  readonly policy: RefreshPolicy;
  readonly given: { secret: string; at?: number }[] = [{ secret: "secret-0" }];
  rotation: boolean;
  lastUsedAt = start;

  constructor(policy: RefreshPolicy) {
    this.policy = policy;
    this.rotation = policy.rotation;
  }

  /** Asks for `back` = 0: the current secret; n: the n-th before it; undefined: none of them. */
  expect(back: number | undefined, now: number): RefreshVerdict {
    const { idleMs = Number.POSITIVE_INFINITY, absoluteMs = Number.POSITIVE_INFINITY, reuseIntervalMs } = this.policy;
    if (now > this.lastUsedAt + idleMs || now > start + absoluteMs) return { verdict: "expired" };
    if (back === 0) return { verdict: "current" };
    const at = back === undefined || back > 32 ? undefined : this.given.at(-1 - back)?.at;
    if (at === undefined) return { verdict: "reused" };
    if (reuseIntervalMs > 0 && now - at <= reuseIntervalMs) return { verdict: "replayed", currentSecret: this.current };
    return { verdict: now - at < second ? "lost-race" : "reused" };
  }

  get current(): string {
    return this.given.at(-1)?.secret ?? "";
  }

  use(now: number): void {
    this.lastUsedAt = now;
    if (!this.rotation) return;
    this.given.splice(-1, 1, { secret: this.current, at: now });
    this.given.push({ secret: `secret-${this.given.length}` });
  }
}

/** Stored as JSON and read again, as a driver does. */
function store(family: RefreshFamily): RefreshFamily {
  return RefreshFamily.parse(JSON.parse(JSON.stringify(family)));
}

describe("any history of one family", () => {
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ do: "present", back: 0 } as const) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("present" as const), back: fc.integer({ min: 1, max: 40 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 999, 1_000, 12_000, 30_000) }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "guess" } as const) },
    { weight: 1, arbitrary: fc.constant({ do: "switch" } as const) },
  );
  const policy = fc.record(
    {
      rotation: fc.boolean(),
      reuseIntervalMs: fc.constantFrom(0, 30 * second),
      maxPerUserAndClient: fc.constant(50),
      idleMs: fc.constantFrom(20 * second, 3_600 * second),
      absoluteMs: fc.constantFrom(60 * second, 3_600 * second),
    },
    { requiredKeys: ["rotation", "reuseIntervalMs", "maxPerUserAndClient"] },
  );

  it("is judged as the table says, has one current secret, and stores none", () => {
    fc.assert(
      fc.property(policy, fc.array(action, { maxLength: 90, size: "max" }), (settings, actions) => {
        const model = new Model(settings);
        let family = store(createRefreshFamily(model.current, start));
        let now = start;
        for (const step of actions) {
          if (step.do === "wait") now += step.ms;
          if (step.do === "switch") model.rotation = !model.rotation;
          if (step.do === "guess")
            expect(judgeSecret(family, "guess", settings, now)).toEqual(model.expect(undefined, now));
          if (step.do === "present") family = present(model, family, step.back, now);
          checkStored(model, family, settings, now);
        }
      }),
      { numRuns: 200 },
    );
  });

  function present(model: Model, family: RefreshFamily, back: number, now: number): RefreshFamily {
    const secret = model.given.at(-1 - back)?.secret ?? "never given";
    const policyNow = { ...model.policy, rotation: model.rotation };
    const verdict = judgeSecret(family, secret, policyNow, now);
    expect(verdict).toEqual(model.expect(back, now));
    if (verdict.verdict !== "current") return family;
    model.use(now);
    return store(
      model.rotation
        ? rotateSecret(family, secret, createCandidate(model.current), policyNow, now)
        : touchFamily(family, policyNow, now),
    );
  }

  function checkStored(model: Model, family: RefreshFamily, settings: RefreshPolicy, now: number): void {
    const unlimited = {
      rotation: settings.rotation,
      reuseIntervalMs: settings.reuseIntervalMs,
      maxPerUserAndClient: 50,
    };
    const current = model.given.filter(
      ({ secret }) => judgeSecret(family, secret, unlimited, now).verdict === "current",
    );
    expect(current.map(({ secret }) => secret)).toEqual([model.current]);
    expect(JSON.stringify(family)).not.toMatch(/secret-/);
    expect(family.superseded.length).toBeLessThanOrEqual(32);
  }
});
