import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTokenHash } from "./token-hash.js";

const token = "test-access-token";

describe("at_hash and c_hash (OpenID Connect Core §3.1.3.6)", () => {
  it("are the left half of SHA-256 for RS256 and ES256 (dex-behaviour §5.4)", () => {
    expect(createTokenHash("RS256", token)).toBe("WXSA1LYsphIZPxnnP-TMOg");
    expect(createTokenHash("ES256", token)).toBe("WXSA1LYsphIZPxnnP-TMOg");
  });

  it("are the left half of SHA-512 for EdDSA: Ed25519 hashes with it (RFC 8032 §5.1)", () => {
    const left = createHash("sha512").update(token).digest().subarray(0, 32);
    expect(createTokenHash("EdDSA", token)).toBe(left.toString("base64url"));
  });

  it("fit the example of the specification (OpenID Connect Core appendix A.3)", () => {
    expect(createTokenHash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")).toBe("77QmUPtjPfzWtF2AnpK9RQ");
    expect(createTokenHash("RS256", "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")).toBe(
      "LDktKdoQak3Pk0cnXxCltA",
    );
  });
});
