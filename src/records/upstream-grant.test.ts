import { describe, expect, it } from "vitest";
import { judgeLease, releaseLease, renewCredential, storeReading, takeLease, UpstreamGrant } from "./upstream-grant.js";

const identity = { userId: "u1", username: "Jane", preferredUsername: "", email: "", emailVerified: false, groups: [] };
const upstream: UpstreamGrant = {
  connectorId: "github",
  connectorData: "token-1",
  identity,
  readAt: 10_000,
  endsAt: 90_000,
};

describe("a reading of the upstream (DESIGN wall 5)", () => {
  it("counts for less than the reuse interval, and not at all where that is 0", () => {
    expect(judgeLease(upstream, 39_999, 30_000)).toBe("fresh");
    expect(judgeLease(upstream, 40_000, 30_000)).toBe("free");
    expect(judgeLease(upstream, 10_000, 0)).toBe("free");
  });

  it("keeps the credential that the upstream did not renew, and takes one that it did", () => {
    const leased = takeLease(upstream, "a", 70_000);
    const kept = storeReading(leased, { holder: "a", identity, now: 50_000, endsAt: 95_000 });
    expect(kept).toEqual({ ...upstream, readAt: 50_000, endsAt: 95_000 });
    const renewed = renewCredential(
      storeReading(leased, { holder: "a", identity, now: 50_000 }),
      ["token-1"],
      "token-2",
    );
    expect(renewed).toEqual({ connectorId: "github", connectorData: "token-2", identity, readAt: 50_000 });
  });
});

describe("a lease", () => {
  const leased = takeLease(upstream, "a", 70_000);

  it("keeps everybody else from asking until it ends", () => {
    expect(judgeLease(leased, 69_999, 0)).toBe("taken");
    expect(judgeLease(leased, 70_000, 0)).toBe("free");
  });

  it("does not keep anybody from a reading that still counts", () => {
    expect(judgeLease(leased, 10_001, 30_000)).toBe("fresh");
  });

  it("is ended by its holder alone: a late failure leaves the next one's", () => {
    expect(releaseLease(leased, "a")).toEqual(upstream);
    expect(releaseLease(leased, "b")).toEqual(leased);
    expect(releaseLease(upstream, "a")).toEqual(upstream);
  });

  it("of somebody else outlives a late answer, whose credential is stored all the same", () => {
    const late = renewCredential(storeReading(leased, { holder: "b", identity, now: 60_000 }), ["token-1"], "token-2");
    expect(late).toMatchObject({ lease: { holder: "a", endsAt: 70_000 }, connectorData: "token-2", readAt: 60_000 });
  });
});

describe("what is stored", () => {
  it("is the same after a trip through JSON and the schema", () => {
    const leased = takeLease(upstream, "a", 70_000);
    expect(UpstreamGrant.parse(JSON.parse(JSON.stringify(leased)))).toEqual(leased);
  });
});
