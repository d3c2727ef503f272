import { describe, expect, it } from "vitest";
import { sha256 } from "../platform/hashing.js";
import type { RefreshPolicy } from "./client.js";
import {
  advanceRefresh,
  familyIndex,
  Grant,
  grantKey,
  grantKind,
  judgeCode,
  judgeRefresh,
  redeemCode,
  revokeGrant,
} from "./grant.js";
import type { Identity } from "./identity.js";

const second = 1_000;
const hour = 3_600 * second;
const start = Date.UTC(2026, 10, 1);
const tokenLifetimeMs = 24 * hour;
const policy: RefreshPolicy = {
  rotation: true,
  reuseIntervalMs: 30 * second,
  idleMs: 2_160 * hour,
  maxPerUserAndClient: 50,
};
const jane: Identity = {
  userId: "u1",
  username: "Jane",
  preferredUsername: "",
  email: "jane@example.com",
  emailVerified: true,
  groups: [],
};
const issued: Grant = {
  clientId: "app",
  connectorId: "github",
  identity: jane,
  scopes: ["openid", "offline_access"],
  nonce: "n",
  authenticatedAt: start,
  createdAt: start,
  code: { hash: sha256("code"), redirectUri: "https://app.example.com/cb", expiresAt: start + 60 * second },
  endsAt: start + 60 * second,
};
const redeemed = redeemCode(issued, { now: start, tokenLifetimeMs, refreshSecret: "s0", policy });

function ask(secret: string, now = start, clientId = "app"): { clientId: string; secret: string; now: number } {
  return { clientId, secret, now };
}

function advance(grant: Grant, secret: string, next: string, now: number, changes: Partial<RefreshPolicy> = {}): Grant {
  const candidate = { secret: next, nonce: Buffer.alloc(12, next) };
  return advanceRefresh(grant, {
    ...ask(secret, now),
    candidate,
    policy: { ...policy, ...changes },
    tokenLifetimeMs,
    identity: jane,
  });
}

describe("a code", () => {
  it("is good until it expires, its last instant included", () => {
    expect(judgeCode(issued, ask("code"))).toBe("ok");
    expect(judgeCode(issued, ask("code", issued.code.expiresAt))).toBe("ok");
    expect(judgeCode(issued, ask("code", issued.code.expiresAt + 1))).toBe("expired");
  });

  it("is unknown to another client and with another secret: neither learns or changes anything", () => {
    expect(judgeCode(issued, ask("code", start, "other"))).toBe("unknown");
    expect(judgeCode(issued, ask("guess"))).toBe("unknown");
    expect(judgeCode(redeemed, ask("code", start, "other"))).toBe("unknown");
    expect(judgeCode(redeemed, ask("guess"))).toBe("unknown");
    expect(judgeCode(issued, ask(issued.code.hash))).toBe("unknown");
  });

  it("used twice is a replay, at any later time (RFC 6749 §4.1.2, security case 52)", () => {
    expect(judgeCode(redeemed, ask("code", start))).toBe("replayed");
    expect(judgeCode(redeemed, ask("code", start + hour))).toBe("replayed");
    expect(judgeCode(revokeGrant(redeemed, start, tokenLifetimeMs), ask("code"))).toBe("replayed");
  });

  it("of a grant that was revoked before is unknown", () => {
    expect(judgeCode(revokeGrant(issued, start, tokenLifetimeMs), ask("code"))).toBe("unknown");
  });
});

describe("redeeming a code", () => {
  it("marks it as used and starts the family in the same step", () => {
    expect(redeemed).toMatchObject({
      code: { redeemedAt: start, hash: issued.code.hash },
      refresh: { hash: sha256("s0"), createdAt: start, lastUsedAt: start, superseded: [] },
      identity: jane,
      nonce: "n",
    });
  });

  it("keeps the row as long as its access token where there is no refresh token", () => {
    const grant = redeemCode(issued, { now: start + second, tokenLifetimeMs, policy });
    expect(grant).not.toHaveProperty("refresh");
    expect(grantKind.expiresAt(grant)).toBe(start + second + tokenLifetimeMs);
  });

  it("keeps the row as long as the family, or its last access token where that lives longer", () => {
    expect(grantKind.expiresAt(redeemed)).toBe(start + 2_160 * hour);
    const short = redeemCode(issued, {
      now: start,
      tokenLifetimeMs,
      refreshSecret: "s0",
      policy: { ...policy, idleMs: second },
    });
    expect(grantKind.expiresAt(short)).toBe(start + tokenLifetimeMs);
    const { idleMs: _none, ...endless } = policy;
    const forever = redeemCode(issued, { now: start, tokenLifetimeMs, refreshSecret: "s0", policy: endless });
    expect(grantKind.expiresAt(forever)).toBeUndefined();
  });
});

describe("the refresh table at the grant (DESIGN: Refresh tokens)", () => {
  const rotated = advance(redeemed, "s0", "s1", start + 100 * second);
  const soon = start + 120 * second;
  const later = start + 131 * second;

  it.each([
    ["the current secret", "s1", soon, { verdict: "current" }],
    ["a secret superseded just now", "s0", soon, { verdict: "replayed", currentSecret: "s1" }],
    ["a secret superseded earlier", "s0", later, { verdict: "reused" }],
    ["any other secret", "guess", soon, { verdict: "reused" }],
    ["the current secret, unused for too long", "s1", start + 100 * second + 2_160 * hour + 1, { verdict: "expired" }],
  ])("%s", (_what, secret, now, verdict) => {
    expect(judgeRefresh(rotated, ask(secret, now), policy)).toEqual(verdict);
    expect(judgeRefresh(rotated, ask(secret, now), { ...policy, rotation: false })).toEqual(verdict);
  });

  it("judges the client before lifetimes and secret: another one's token changes nothing (security case 63)", () => {
    for (const secret of ["s1", "s0", "guess"]) {
      for (const now of [soon, later, start + 9_999 * hour]) {
        expect(judgeRefresh(rotated, ask(secret, now, "other"), policy)).toEqual({ verdict: "other-client" });
      }
    }
  });

  it("knows no refresh token before the code is redeemed, or where none was given", () => {
    expect(judgeRefresh(issued, ask("s0"), policy)).toEqual({ verdict: "revoked" });
    const without = redeemCode(issued, { now: start, tokenLifetimeMs, policy });
    expect(judgeRefresh(without, ask("s0"), policy)).toEqual({ verdict: "revoked" });
  });

  it("does not know the code as a refresh token, nor a refresh token as the code", () => {
    expect(judgeRefresh(redeemed, ask("code"), policy)).toEqual({ verdict: "reused" });
    expect(judgeCode(redeemed, ask("s0"))).toBe("unknown");
  });
});

describe("using the current secret", () => {
  it("gives a new one with rotation, also inside the reuse interval", () => {
    const rotated = advance(redeemed, "s0", "s1", start + second);
    expect(judgeRefresh(rotated, ask("s1", start + second), policy)).toEqual({ verdict: "current" });
    expect(judgeRefresh(rotated, ask("s0", start + second), policy)).toEqual({
      verdict: "replayed",
      currentSecret: "s1",
    });
  });

  it("keeps it without rotation and moves last-used", () => {
    const used = advance(redeemed, "s0", "s1", start + hour, { rotation: false });
    expect(used.refresh).toEqual({ ...redeemed.refresh, lastUsedAt: start + hour });
    expect(grantKind.expiresAt(used)).toBe(start + hour + 2_160 * hour);
  });

  it("never moves what a family is made of (OpenID Connect Core §12.2)", () => {
    const later = { ...jane, email: "new@example.com", groups: ["admins"] };
    const candidate = { secret: "s1", nonce: Buffer.alloc(12) };
    const now = start + hour;
    const rotated = advanceRefresh(redeemed, {
      ...ask("s0", now),
      candidate,
      policy,
      tokenLifetimeMs,
      identity: later,
    });
    expect(rotated.identity).toEqual(later);
    for (const name of ["clientId", "connectorId", "scopes", "authenticatedAt", "createdAt", "code"] as const) {
      expect(rotated[name]).toEqual(redeemed[name]);
    }
  });

  it("does not bring a revoked family back", () => {
    const revoked = revokeGrant(redeemed, start, tokenLifetimeMs);
    expect(advance(revoked, "s0", "s1", start)).toEqual(revoked);
  });
});

describe("a revoked grant", () => {
  const revoked = revokeGrant(redeemed, start + hour, tokenLifetimeMs);

  it("gives nothing for any secret (DESIGN: a revocation beats a racing refresh)", () => {
    expect(judgeRefresh(revoked, ask("s0"), policy)).toEqual({ verdict: "revoked" });
    expect(revoked).not.toHaveProperty("refresh");
  });

  it("stays until its last access token has expired, with the first instant of its end", () => {
    expect(grantKind.expiresAt(revoked)).toBe(start + hour + tokenLifetimeMs);
    expect(revokeGrant(revoked, start + 2 * hour, tokenLifetimeMs).revokedAt).toBe(start + hour);
  });

  it("counts no longer against the families of its person", () => {
    expect(grantKind.indexes["family"]?.(revoked)).toBeUndefined();
  });
});

describe("what is stored", () => {
  it("holds no id, code or refresh secret (DESIGN wall 9)", () => {
    const secrets = ["the-code-secret", "the-first-secret", "the-second-secret"] as const;
    const code = { ...issued.code, hash: sha256(secrets[0]) };
    const first = redeemCode({ ...issued, code }, { now: start, tokenLifetimeMs, refreshSecret: secrets[1], policy });
    const stored = JSON.stringify([grantKey("the-grant-id"), advance(first, secrets[1], secrets[2], start)]);
    expect(stored).not.toMatch(/the-(code|first|second|grant)/);
  });

  it("is the same after a trip through JSON and the schema", () => {
    for (const grant of [issued, redeemed, advance(redeemed, "s0", "s1", start), revokeGrant(redeemed, start, 1)]) {
      expect(Grant.parse(JSON.parse(JSON.stringify(grant)))).toEqual(grant);
    }
  });

  it("is listed by person and client only where there is a living family, without naming the person", () => {
    const index = grantKind.indexes["family"];
    expect(index?.(issued)).toBeUndefined();
    expect(index?.(redeemed)).toBe(familyIndex("app", "github", "u1"));
    expect(familyIndex("app", "github", "u1")).toMatch(/^[\w-]{22}$/);
    const others = [
      familyIndex("app", "github", "u2"),
      familyIndex("app2", "github", "u1"),
      familyIndex("app", "githubu", "1"),
    ];
    expect(others).not.toContain(familyIndex("app", "github", "u1"));
  });
});
